// What an engine holds for whom: tenants, quotas, settings.
#include <pybind11/stl.h>

#include "objects.h"
#include "options.h"
#include "skg/quota.h"
#include "terms.h"

namespace skg::python {
namespace {

// A quota belongs to a tenant, or to a graph ("tenant/graph").
void SetQuota(const EngineObject& engine, const std::string& owner,
              bool of_graph, const py::dict& given) {
  const Options read(given);
  QuotaLimits limits;
  read.Number("max_statements", limits.max_statements);
  read.Number("max_bytes", limits.max_bytes);
  Check(With(engine, [owner, of_graph, limits](Engine& e) {
    return of_graph ? e.SetGraphQuota(owner, limits)
                    : e.SetTenantQuota(owner, limits);
  }));
}

// (max_statements, max_bytes, statements, bytes)
py::tuple GetQuota(const EngineObject& engine, const std::string& owner,
                   bool of_graph) {
  const Quota quota = Value(With(engine, [owner, of_graph](Engine& e) {
    return of_graph ? e.GraphQuota(owner) : e.TenantQuota(owner);
  }));
  return py::make_tuple(quota.limits.max_statements, quota.limits.max_bytes,
                        quota.statements, quota.bytes);
}

py::list Tenants(const EngineObject& engine) {
  py::list list;
  for (const TenantInfo& tenant :
       Value(With(engine, [](Engine& e) { return e.ListTenants(); }))) {
    py::dict entry;
    entry["name"] = tenant.name;
    entry["graphs"] = tenant.graphs;
    entry["statements"] = tenant.statements;
    entry["max_statements"] = tenant.limits.max_statements;
    entry["max_bytes"] = tenant.limits.max_bytes;
    list.append(entry);
  }
  return list;
}

void PutSetting(const EngineObject& engine, const std::string& key,
                const py::bytes& value) {
  Check(With(engine, [key, text = std::string(value)](Engine& e) {
    return e.PutSetting(key, text);
  }));
}

py::bytes GetSetting(const EngineObject& engine, const std::string& key) {
  return Value(With(engine, [key](Engine& e) { return e.GetSetting(key); }));
}

void DeleteSetting(const EngineObject& engine, const std::string& key) {
  Check(With(engine, [key](Engine& e) { return e.DeleteSetting(key); }));
}

py::list ListSettings(const EngineObject& engine, const std::string& prefix) {
  py::list list;
  for (const std::string& key : Value(With(
           engine, [prefix](Engine& e) { return e.ListSettings(prefix); }))) {
    list.append(py::reinterpret_steal<py::object>(TextObject(key)));
  }
  return list;
}

}  // namespace

void BindAdministration(py::module_& module) {
  module.def("set_quota", SetQuota);
  module.def("quota", GetQuota);
  module.def("tenants", Tenants);
  module.def("put_setting", PutSetting);
  module.def("get_setting", GetSetting);
  module.def("delete_setting", DeleteSetting);
  module.def("settings", ListSettings);
}

}  // namespace skg::python
