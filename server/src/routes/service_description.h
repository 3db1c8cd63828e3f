// SPARQL 1.1 Service Description.
#pragma once

#include <string>

namespace skg::server {

// The query whose answer describes the endpoint that is its base IRI: what it
// understands, reads and writes, and which graphs its dataset has (the first
// thousand named ones). `federated`: SERVICE asks other endpoints.
[[nodiscard]] std::string DescriptionQuery(bool federated);

}  // namespace skg::server
