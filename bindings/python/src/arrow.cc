// Answers as a stream of the Apache Arrow C data interface, which needs no
// Arrow library: https://arrow.apache.org/docs/format/CStreamInterface.html
#include <pybind11/stl.h>

#include <cstring>
#include <memory>

#include "arrow_abi.h"
#include "call.h"
#include "columns.h"
#include "cursor.h"
#include "objects.h"

namespace skg::python {
namespace {

// The answer, and how far the stream has come. All of it is read beforehand:
// the types of its columns are those of all rows.
struct Answer {
  std::vector<std::string> names;
  std::vector<std::string> formats;  // as Arrow writes types
  ColumnParts parts;
};

struct Stream {
  std::shared_ptr<const Answer> answer;
  size_t part = 0;
};

std::string FormatOf(const std::vector<ColumnPart>& parts) {
  std::string format;
  for (const ColumnPart& part : parts) {
    if (part.unbound == part.rows) continue;
    std::string own = "U";  // texts, with offsets of 64 bits
    if (part.kind == Column::Kind::kIntegers) own = "l";
    if (part.kind == Column::Kind::kBooleans) own = "b";
    if (part.kind == Column::Kind::kDoubles ||
        part.kind == Column::Kind::kDecimals) {
      own = "g";
    }
    if (format.empty() || format == own) {
      format = own;
    } else if ((format == "l" && own == "g") || (format == "g" && own == "l")) {
      format = "g";
    } else {
      format = "U";
    }
  }
  return format.empty() ? "U" : format;
}

// ---- schemas ----------------------------------------------------------------

struct SchemaOwner {
  std::string name, format;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
};

void ReleaseSchema(ArrowSchema* schema) {
  auto* owner = static_cast<SchemaOwner*>(schema->private_data);
  for (ArrowSchema& child : owner->children) {
    if (child.release != nullptr) child.release(&child);
  }
  delete owner;
  schema->release = nullptr;
}

void FillSchema(std::unique_ptr<SchemaOwner> owner, bool nullable,
                ArrowSchema* schema) {
  for (ArrowSchema& child : owner->children) owner->pointers.push_back(&child);
  *schema = {};
  schema->format = owner->format.c_str();
  schema->name = owner->name.c_str();
  schema->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  schema->n_children = static_cast<int64_t>(owner->children.size());
  schema->children = owner->pointers.data();
  schema->release = ReleaseSchema;
  schema->private_data = owner.release();
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  const Answer& answer = *static_cast<Stream*>(stream->private_data)->answer;
  auto owner = std::make_unique<SchemaOwner>();
  owner->format = "+s";
  owner->children.resize(answer.names.size());
  for (size_t i = 0; i < answer.names.size(); ++i) {
    auto child = std::make_unique<SchemaOwner>();
    child->name = answer.names[i];
    child->format = answer.formats[i];
    FillSchema(std::move(child), true, &owner->children[i]);
  }
  FillSchema(std::move(owner), false, out);
  return 0;
}

// ---- arrays -----------------------------------------------------------------

// The bytes of an array's buffers. What needs no change is lent by the answer.
struct ArrayOwner {
  std::shared_ptr<const Answer> answer;
  std::vector<std::vector<uint8_t>> made;
  std::vector<const void*> buffers;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;

  uint8_t* Make(size_t bytes) {
    return made.emplace_back(bytes == 0 ? 1 : bytes).data();
  }
};

void ReleaseArray(ArrowArray* array) {
  auto* owner = static_cast<ArrayOwner*>(array->private_data);
  for (ArrowArray& child : owner->children) {
    if (child.release != nullptr) child.release(&child);
  }
  delete owner;
  array->release = nullptr;
}

void FillArray(std::unique_ptr<ArrayOwner> owner, size_t rows, size_t nulls,
               ArrowArray* array) {
  for (ArrowArray& child : owner->children) owner->pointers.push_back(&child);
  *array = {};
  array->length = static_cast<int64_t>(rows);
  array->null_count = static_cast<int64_t>(nulls);
  array->n_buffers = static_cast<int64_t>(owner->buffers.size());
  array->n_children = static_cast<int64_t>(owner->children.size());
  array->buffers = owner->buffers.data();
  array->children = owner->pointers.data();
  array->release = ReleaseArray;
  array->private_data = owner.release();
}

std::string NumberText(const ColumnPart& part, size_t row) {
  if (!part.integers.empty()) return std::to_string(part.integers[row]);
  if (!part.booleans.empty()) return part.booleans[row] != 0 ? "true" : "false";
  char text[32];
  snprintf(text, sizeof text, "%.17g", part.doubles[row]);
  return text;
}

std::string_view TextOf(const ColumnPart& part, size_t row, std::string& kept) {
  if (!part.bound(row)) return {};
  if (part.indices.empty()) {
    kept = NumberText(part, row);
    return kept;
  }
  if (part.indices[row] < 0) return {};
  const auto index = static_cast<size_t>(part.indices[row]);
  const auto begin = static_cast<size_t>(part.offsets[index]);
  const auto end = static_cast<size_t>(part.offsets[index + 1]);
  return std::string_view(part.bytes).substr(begin, end - begin);
}

void AddTexts(const ColumnPart& part, ArrayOwner& owner) {
  auto* offsets =
      reinterpret_cast<int64_t*>(owner.Make((part.rows + 1) * sizeof(int64_t)));
  std::string all, kept;
  offsets[0] = 0;
  for (size_t row = 0; row < part.rows; ++row) {
    all += TextOf(part, row, kept);
    offsets[row + 1] = static_cast<int64_t>(all.size());
  }
  uint8_t* bytes = owner.Make(all.size());
  std::memcpy(bytes, all.data(), all.size());
  owner.buffers.push_back(offsets);
  owner.buffers.push_back(bytes);
}

void AddDoubles(const ColumnPart& part, ArrayOwner& owner) {
  if (!part.doubles.empty()) {
    owner.buffers.push_back(part.doubles.data());
    return;
  }
  auto* values =
      reinterpret_cast<double*>(owner.Make(part.rows * sizeof(double)));
  for (size_t row = 0; row < part.rows; ++row) {
    values[row] =
        part.integers.empty() ? 0 : static_cast<double>(part.integers[row]);
  }
  owner.buffers.push_back(values);
}

void AddIntegers(const ColumnPart& part, ArrayOwner& owner) {
  const bool given = !part.integers.empty();
  owner.buffers.push_back(given ? static_cast<const void*>(part.integers.data())
                                : owner.Make(part.rows * sizeof(int64_t)));
}

void AddBooleans(const ColumnPart& part, ArrayOwner& owner) {
  uint8_t* bits = owner.Make((part.rows + 7) / 8);
  for (size_t row = 0; row < part.booleans.size(); ++row) {
    if (part.booleans[row] != 0) {
      bits[row / 8] = static_cast<uint8_t>(bits[row / 8] | (1U << (row % 8)));
    }
  }
  owner.buffers.push_back(bits);
}

void FillColumn(const std::shared_ptr<const Answer>& answer,
                const ColumnPart& part, const std::string& format,
                ArrowArray* array) {
  auto owner = std::make_unique<ArrayOwner>();
  owner->answer = answer;
  const size_t nulls = part.unbound;
  owner->buffers.push_back(nulls == 0 ? nullptr : part.validity.data());
  if (format == "l") {
    AddIntegers(part, *owner);
  } else if (format == "g") {
    AddDoubles(part, *owner);
  } else if (format == "b") {
    AddBooleans(part, *owner);
  } else {
    AddTexts(part, *owner);
  }
  FillArray(std::move(owner), part.rows, nulls, array);
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  auto* own = static_cast<Stream*>(stream->private_data);
  const Answer& answer = *own->answer;
  *out = {};  // released: the end
  const size_t columns = answer.parts.columns.size();
  if (columns == 0 || own->part >= answer.parts.columns[0].size()) return 0;
  auto owner = std::make_unique<ArrayOwner>();
  owner->buffers.push_back(nullptr);
  owner->children.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    FillColumn(own->answer, answer.parts.columns[i][own->part],
               answer.formats[i], &owner->children[i]);
  }
  const size_t rows = answer.parts.columns[0][own->part].rows;
  ++own->part;
  FillArray(std::move(owner), rows, 0, out);
  return 0;
}

const char* LastError(ArrowArrayStream*) { return nullptr; }

void ReleaseStream(ArrowArrayStream* stream) {
  delete static_cast<Stream*>(stream->private_data);
  stream->release = nullptr;
}

void EndCapsule(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(
      PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

py::object ArrowStream(const ResultObject& self,
                       const std::vector<std::string>& columns) {
  const Use<Results> results = self.Open();
  const Control control{
      .cancel = [object = results.object()] { object->Cancel(); }};
  results.running().OnClose(control.cancel);
  auto answer = Value(Run(
      [results]() -> absl::StatusOr<std::shared_ptr<Answer>> {
        auto read = std::make_shared<Answer>();
        const absl::Status status =
            FetchColumns(*results, Texts::kPlain, SIZE_MAX, read->parts);
        if (!status.ok()) return status;
        return read;
      },
      control));
  answer->names = columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    answer->formats.push_back(i < answer->parts.columns.size()
                                  ? FormatOf(answer->parts.columns[i])
                                  : "U");
  }
  auto stream = std::make_unique<ArrowArrayStream>();
  stream->get_schema = GetSchema;
  stream->get_next = GetNext;
  stream->get_last_error = LastError;
  stream->release = ReleaseStream;
  stream->private_data = new Stream{std::move(answer)};
  return py::reinterpret_steal<py::object>(
      PyCapsule_New(stream.release(), "arrow_array_stream", EndCapsule));
}

}  // namespace

void BindArrow(py::module_& module) { module.def("arrow_stream", ArrowStream); }

}  // namespace skg::python
