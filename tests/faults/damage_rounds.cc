#include "faults/damage_rounds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

namespace fs = std::filesystem;

struct Told {
  std::vector<std::string> states;  // and the setting
  std::vector<std::string> complaints;
};

Told Ask(const std::string& mode, const std::string& directory) {
  ChildProcess process({SKG_DAMAGED_DIRECTORY, mode, directory});
  const int status = process.Wait();
  INFO(process.output());
  // A signal would be a crash, an assertion or a hang.
  REQUIRE(status == 0);
  Told told;
  std::istringstream lines(process.output());
  std::string line;
  while (std::getline(lines, line)) {
    const bool state =
        line.starts_with("state ") || line.starts_with("setting ");
    (state ? told.states : told.complaints).push_back(line);
  }
  return told;
}

// Losing the end of the log is losing the last commits, as a crash of the
// machine may; what is left must be a state that there was.
bool IsEarlierState(const Told& told, const Told& truth) {
  const std::set<std::string> known(truth.states.begin(), truth.states.end());
  return std::all_of(
             told.states.begin(), told.states.end(),
             [&](const std::string& line) { return known.contains(line); }) &&
         std::all_of(told.complaints.begin(), told.complaints.end(),
                     [](const std::string& line) {
                       // A graph whose creation is lost with the rest.
                       return line.starts_with("error NOT_FOUND");
                     });
}

// Says clearly that data are lost; what it shows besides is true.
bool IsClearLoss(const Told& told, const Told& truth) {
  const std::set<std::string> known(truth.states.begin(), truth.states.end());
  return !told.complaints.empty() &&
         std::all_of(told.complaints.begin(), told.complaints.end(),
                     [](const std::string& line) {
                       return line.starts_with("error DATA_LOSS") ||
                              line.starts_with("finding ");
                     }) &&
         std::all_of(
             told.states.begin(), told.states.end(),
             [&](const std::string& line) { return known.contains(line); });
}

void FlipBit(const fs::path& file, uint64_t bit) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(bit / 8));
  const int byte = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(bit / 8));
  bytes.put(static_cast<char>(byte ^ (1 << bit % 8)));
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class DamagedDirectory {
 public:
  DamagedDirectory() {
    ChildProcess make({SKG_DAMAGED_DIRECTORY, "make", whole_});
    REQUIRE(make.Wait() == 0);
    truth_ = TellOfCopy("write");
    REQUIRE(truth_.complaints.empty());
    REQUIRE(truth_.states.size() > 40);
    REQUIRE(TellOfCopy("read").states == truth_.states);
  }

  [[nodiscard]] std::vector<fs::path> Files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(whole_)) {
      if (entry.file_size() > 0) files.push_back(entry.path().filename());
    }
    std::sort(files.begin(), files.end());
    return files;
  }
  [[nodiscard]] uint64_t SizeOf(const fs::path& name) const {
    return fs::file_size(whole_ / name);
  }

  // `damage` gets the file's path in a copy.
  template <typename Damage>
  void Check(const fs::path& name, const std::vector<std::string>& modes,
             const Damage& damage) {
    for (const std::string& mode : modes) {
      INFO("opened to " << mode);
      Copy();
      damage(copy_ / name);
      const Told told = Ask(mode, copy_.string());
      INFO(Joined(told.complaints));
      const bool true_to_it =
          told.complaints.empty() && told.states == truth_.states;
      const bool is_log = name.extension() == ".log";
      CHECK((true_to_it || IsClearLoss(told, truth_) ||
             (is_log && IsEarlierState(told, truth_))));
      ++(true_to_it
             ? true_
             : lost_)[name.extension().empty() ? name.string().substr(0, 4)
                                               : name.extension().string()];
    }
  }
  // How many damages of a kind of file were told of.
  [[nodiscard]] int lost(const std::string& kind) const {
    const auto it = lost_.find(kind);
    return it == lost_.end() ? 0 : it->second;
  }

 private:
  void Copy() {
    fs::remove_all(copy_);
    fs::copy(whole_, copy_);
  }
  Told TellOfCopy(const std::string& mode) {
    Copy();
    return Ask(mode, copy_.string());
  }

  TemporaryDirectory directory_;
  const fs::path whole_ = directory_.path() / "whole";
  const fs::path copy_ = directory_.path() / "copy";
  Told truth_;
  std::map<std::string, int> true_, lost_;  // by kind of file
};

}  // namespace

void RunDamageRounds(uint64_t stream, int places, bool thorough) {
  DamagedDirectory directory;
  auto random = Random(stream);
  const auto modes = [&]() -> std::vector<std::string> {
    if (thorough) return {"write", "read"};
    return {random() % 2 == 0 ? "write" : "read"};
  };
  for (const fs::path& name : directory.Files()) {
    INFO("file " << name.string());
    const uint64_t size = directory.SizeOf(name);
    std::vector<uint64_t> at;
    if (thorough) at = {0, size - 1};
    for (int i = 0; i < places; ++i) at.push_back(random() % size);
    for (const uint64_t byte : at) {
      {
        INFO("a bit of byte " << byte << " of " << size << " is flipped");
        const uint64_t bit = byte * 8 + random() % 8;
        directory.Check(name, modes(),
                        [&](const fs::path& file) { FlipBit(file, bit); });
      }
      INFO("cut to " << byte << " of " << size << " bytes");
      directory.Check(name, modes(), [&](const fs::path& file) {
        fs::resize_file(file, byte);
      });
    }
    INFO("removed");
    directory.Check(name, modes(),
                    [](const fs::path& file) { fs::remove(file); });
  }
  // The damage was not all in places that nobody reads.
  for (const char* kind : {".log", ".sst", "MANI", "CURR"}) {
    INFO(kind);
    CHECK(directory.lost(kind) > 0);
  }
}

}  // namespace skg::test
