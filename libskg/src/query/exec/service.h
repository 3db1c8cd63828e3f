// The operator of SERVICE patterns; operators.h makes it.
#pragma once

#include <memory>

#include "query/exec/operator.h"
#include "query/exec/service_feed.h"

namespace skg::query::exec {

// `service` is the operator of a ServiceStep that has not begun: it asks for
// the partners of what the feed has seen. Both may go first.
void FeedService(Operator& service, std::shared_ptr<ServiceFeed> feed);

}  // namespace skg::query::exec
