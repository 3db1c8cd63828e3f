#include "rdf/writer.h"

#include <utility>

#include "base/status.h"
#include "rdf/name.h"
#include "rdf/output_buffer.h"
#include "rdf/rdfxml_writer.h"
#include "rdf/turtle_writer.h"

namespace skg::rdf {
namespace {

// N-Triples and N-Quads, each statement in canonical form.
class LineWriter : public Writer {
 public:
  LineWriter(ByteSink sink, Syntax syntax)
      : out_(std::move(sink)), syntax_(syntax) {}

  absl::Status Write(const Quad& quad) override {
    SKG_RETURN_IF_ERROR(status_);
    SKG_RETURN_IF_ERROR(CheckQuad(quad, syntax_));
    std::string& text = out_.text();
    for (const Term* term : {&quad.subject, &quad.predicate, &quad.object}) {
      AppendNTriples(*term, text);
      text.push_back(' ');
    }
    if (!quad.in_default_graph()) {
      AppendNTriples(quad.graph, text);
      text.push_back(' ');
    }
    text.append(".\n");
    status_ = out_.Drain();
    return status_;
  }

  absl::Status Finish() override {
    SKG_RETURN_IF_ERROR(status_);
    SKG_RETURN_IF_ERROR(out_.Flush());
    status_ = absl::FailedPreconditionError(
        "the writer is finished; nothing can follow");
    return absl::OkStatus();
  }

 private:
  OutputBuffer out_;
  const Syntax syntax_;
  absl::Status status_;  // the first failure; nothing is written after it
};

}  // namespace

std::unique_ptr<Writer> MakeWriter(ByteSink sink, WriterOptions options) {
  if (options.syntax == Syntax::kTurtle || options.syntax == Syntax::kTriG) {
    return std::make_unique<TurtleWriter>(std::move(sink), std::move(options));
  }
  if (options.syntax == Syntax::kRdfXml) {
    return std::make_unique<RdfXmlWriter>(std::move(sink), std::move(options));
  }
  return std::make_unique<LineWriter>(std::move(sink), options.syntax);
}

}  // namespace skg::rdf
