// The http embedder over TLS: a server of the test's own, whose certificate the
// test signs.
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "skg/embedder.h"
#include "support/test_support.h"

using namespace skg;
using namespace skg::test;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Key MakeKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void AddExtension(X509* certificate, X509* issuer, int kind,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// By itself where there is no issuer. `host`: the name that it is good for;
// empty: it signs others.
Certificate MakeCertificate(const std::string& subject, EVP_PKEY* key,
                            X509* issuer, EVP_PKEY* issuer_key,
                            const std::string& host) {
  Certificate made(X509_new(), &X509_free);
  X509* const x = made.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 24 * 3600);
  X509_set_pubkey(x, key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(x), "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  X509* const by = issuer == nullptr ? x : issuer;
  X509_set_issuer_name(x, X509_get_subject_name(by));
  AddExtension(x, by, NID_basic_constraints,
               host.empty() ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!host.empty()) AddExtension(x, by, NID_subject_alt_name, host);
  REQUIRE(X509_sign(x, issuer_key, EVP_sha256()) > 0);
  return made;
}

class Authority {
 public:
  Authority()
      : key_(MakeKey()),
        certificate_(MakeCertificate("test authority", key_.get(), nullptr,
                                     key_.get(), "")) {}
  [[nodiscard]] Certificate Sign(EVP_PKEY* key, const std::string& host) const {
    return MakeCertificate("test server", key, certificate_.get(), key_.get(),
                           host);
  }
  void Write(const std::string& path) const {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    CHECK(PEM_write_X509(file, certificate_.get()) == 1);
    REQUIRE(std::fclose(file) == 0);
  }

 private:
  const Key key_;
  const Certificate certificate_;
};

class Server {
 public:
  Server(const Authority& authority, const std::string& host)
      : key_(MakeKey()),
        certificate_(authority.Sign(key_.get(), host)),
        server_(certificate_.get(), key_.get()) {
    REQUIRE(server_.is_valid());
    server_.set_keep_alive_timeout(1);
    server_.Post("/v1/embeddings", [this](const httplib::Request&,
                                          httplib::Response& response) {
      ++requests_;
      response.set_content(R"({"data":[{"index":0,"embedding":[1,2,3]}]})",
                           "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    REQUIRE(port_ > 0);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Server() {
    server_.stop();
    thread_.join();
  }

  [[nodiscard]] absl::Status Ask(const std::string& ca_file) const {
    HttpEmbedderOptions options;
    options.base_url = "https://127.0.0.1:" + std::to_string(port_);
    options.model = "test-model";
    options.dimension = 3;
    options.first_pause = absl::Milliseconds(1);
    options.ca_file = ca_file;
    const auto embedder = MakeHttpEmbedder(options);
    REQUIRE_OK(embedder);
    const auto vectors = (*embedder)->Embed(std::vector<std::string>{"text"});
    if (!vectors.ok()) return vectors.status();
    CHECK(*vectors == std::vector<std::vector<float>>{{1, 2, 3}});
    return absl::OkStatus();
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  const Key key_;
  const Certificate certificate_;
  std::atomic<int> requests_{0};
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

void CheckRefused(const absl::Status& status, const std::string& why) {
  INFO(status);
  CHECK(absl::IsFailedPrecondition(status));  // so nobody tries again
  CHECK_THAT(std::string(status.message()), Catch::Contains(why));
}

}  // namespace

TEST_CASE("a server is asked over TLS that a known authority vouches for",
          "[embedders]") {
  const TemporaryDirectory directory;
  const Authority known, other;
  known.Write(directory / "known.pem");
  other.Write(directory / "other.pem");
  const Server server(known, "IP:127.0.0.1");
  REQUIRE_OK(server.Ask(directory / "known.pem"));
  CHECK(server.requests() == 1);

  CheckRefused(server.Ask(directory / "other.pem"), "is not trusted");
  CheckRefused(server.Ask(""), "ca_file");  // the system does not know it
  CheckRefused(server.Ask(directory / "none.pem"), "none.pem");
  CHECK(server.requests() == 1);
}

TEST_CASE("a certificate of another host is refused", "[embedders]") {
  const TemporaryDirectory directory;
  const Authority known;
  known.Write(directory / "known.pem");
  const Server server(known, "DNS:models.example.org");
  CheckRefused(server.Ask(directory / "known.pem"), "of another host");
  CHECK(server.requests() == 0);
}
