#include "harness/machine.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "harness/system_error.h"
#include "skg/version.h"

namespace skg::bench {
namespace {

// The value of the first line "key : value" of a file of /proc.
std::string ProcValue(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "unknown";
}

// "/dev/vda ext4, rotating" of the mount that holds the directory.
std::string DiskOf(const std::filesystem::path& directory) {
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return "unknown";
  const std::string device =
      absl::StrCat(major(info.st_dev), ":", minor(info.st_dev));
  std::string disk = "device " + device;
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id, parent, numbers, rest;
    fields >> id >> parent >> numbers;
    const size_t dash = line.find(" - ");
    if (numbers != device || dash == std::string::npos) continue;
    std::istringstream tail(line.substr(dash + 3));
    std::string type, source;
    tail >> type >> source;
    disk = absl::StrCat(source, " ", type);
  }
  std::ifstream rotational("/sys/dev/block/" + device + "/queue/rotational");
  int rotates = 0;
  if (rotational >> rotates) {
    disk += rotates != 0 ? ", rotating" : ", not rotating";
  }
  return disk;
}

absl::StatusOr<Spread> TimeFdatasync(const std::filesystem::path& directory) {
  constexpr int kTimes = 50;
  constexpr size_t kBytes = 4096;
  const std::string path = directory / "fdatasync.probe";
  const int file =
      open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", ErrnoText(errno), "; give a writable --data directory"));
  }
  const std::string block(kBytes, 'x');
  std::vector<double> micros;
  bool ok = true;
  for (int i = 0; i < kTimes && ok; ++i) {
    ok = write(file, block.data(), block.size()) ==
         static_cast<ssize_t>(block.size());
    const auto start = std::chrono::steady_clock::now();
    ok = ok && fdatasync(file) == 0;
    micros.push_back(std::chrono::duration<double, std::micro>(
                         std::chrono::steady_clock::now() - start)
                         .count());
  }
  const int error = errno;
  close(file);
  unlink(path.c_str());
  if (!ok) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": ", ErrnoText(error)));
  }
  return SpreadOf(std::move(micros));
}

std::vector<std::string> Warnings(const Machine& machine) {
  std::vector<std::string> warnings;
#ifndef NDEBUG
  warnings.emplace_back(
      "assertions are on: these figures are not to be quoted");
#endif
#ifndef __OPTIMIZE__
  warnings.emplace_back(
      "built without optimisation: these figures are not to be quoted");
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  warnings.emplace_back(
      "built with a sanitizer: these figures are not to be quoted");
#endif
  if (machine.load > 0.5 * machine.cpus) {
    warnings.emplace_back(
        absl::StrCat("other programs keep the machine busy (load ",
                     machine.load, "): trust ratios more than rates"));
  }
  return warnings;
}

}  // namespace

absl::StatusOr<Machine> LookAtMachine(const std::filesystem::path& data) {
  Machine machine;
  machine.version = SKG_VERSION;
  machine.commit = SKG_BENCH_COMMIT;
  machine.date =
      absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::Now(), absl::UTCTimeZone());
  machine.cpu = ProcValue("/proc/cpuinfo", "model name");
  machine.cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  machine.memory_gib = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 30);
  utsname name{};
  if (uname(&name) == 0) {
    machine.kernel = absl::StrCat(name.sysname, " ", name.release);
  }
  machine.disk = DiskOf(data);
  SKG_ASSIGN_OR_RETURN(machine.fdatasync_micros, TimeFdatasync(data));
#ifdef __clang__
  machine.compiler = "Clang " __clang_version__;
#else
  machine.compiler = "GCC " __VERSION__;
#endif
  machine.flags = SKG_BENCH_FLAGS;
  double loads[1] = {0};
  if (getloadavg(loads, 1) == 1) machine.load = loads[0];
  machine.warnings = Warnings(machine);
  return machine;
}

}  // namespace skg::bench
