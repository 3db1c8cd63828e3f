#include "base/bytes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "support/test_support.h"

namespace skg {
namespace {

template <typename Integer>
std::string BigEndian(Integer value) {
  std::string bytes;
  AppendBigEndian(value, bytes);
  return bytes;
}

std::string Varint(uint64_t value) {
  std::string bytes;
  AppendVarint(value, bytes);
  return bytes;
}

// Small numbers, the edges of every byte length, and noise.
std::vector<uint64_t> Numbers() {
  std::vector<uint64_t> numbers = {0, 1};
  for (int bit = 1; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    numbers.insert(numbers.end(), {power - 1, power, power + 1});
  }
  numbers.push_back(std::numeric_limits<uint64_t>::max());
  auto random = test::Random(1);
  for (int i = 0; i < 1000; ++i) numbers.push_back(random() >> (random() % 64));
  return numbers;
}

TEST_CASE("big-endian bytes are the number's, the highest first", "[bytes]") {
  CHECK(BigEndian(uint8_t{0xAB}) == "\xAB");
  CHECK(BigEndian(uint16_t{0x1234}) == "\x12\x34");
  CHECK(BigEndian(uint32_t{0x12345678}) == "\x12\x34\x56\x78");
  CHECK(BigEndian(uint64_t{0x1122334455667788}) ==
        "\x11\x22\x33\x44\x55\x66\x77\x88");
}

TEST_CASE("big-endian numbers are read back", "[bytes]") {
  for (const uint64_t number : Numbers()) {
    CHECK(LoadBigEndian<uint64_t>(BigEndian(number).data()) == number);
    const auto half = static_cast<uint32_t>(number);
    CHECK(LoadBigEndian<uint32_t>(BigEndian(half).data()) == half);
    const auto byte = static_cast<uint8_t>(number);
    CHECK(LoadBigEndian<uint8_t>(BigEndian(byte).data()) == byte);
  }
}

TEST_CASE("the order of big-endian bytes is that of the numbers", "[bytes]") {
  std::vector<uint64_t> numbers = Numbers();
  std::sort(numbers.begin(), numbers.end());
  for (size_t i = 1; i < numbers.size(); ++i) {
    CHECK((BigEndian(numbers[i - 1]) < BigEndian(numbers[i])) ==
          (numbers[i - 1] < numbers[i]));
  }
}

TEST_CASE("varints have the known bytes", "[bytes]") {
  struct Case {
    uint64_t number;
    std::string bytes;
  };
  for (const Case& c :
       std::vector<Case>{{0, std::string("\0", 1)},
                         {1, "\x01"},
                         {127, "\x7f"},
                         {128, "\x80\x01"},
                         {300, "\xac\x02"},
                         {std::numeric_limits<uint64_t>::max(),
                          "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"}}) {
    INFO(c.number);
    CHECK(Varint(c.number) == c.bytes);
  }
}

TEST_CASE("varints are read back, one after the other", "[bytes]") {
  const std::vector<uint64_t> numbers = Numbers();
  std::string bytes;
  for (const uint64_t number : numbers) AppendVarint(number, bytes);
  ByteReader reader(bytes);
  for (const uint64_t number : numbers) CHECK(reader.Varint() == number);
  CHECK(reader.ok());
  CHECK(reader.empty());
}

TEST_CASE("a varint that is cut short or too long is refused", "[bytes]") {
  for (const std::string& bytes :
       {std::string(), std::string("\x80"), std::string("\xff\xff"),
        std::string(11, '\x80'),
        // 2^64: one bit more than fits.
        std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")}) {
    ByteReader reader(bytes);
    CHECK(reader.Varint() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.Varint() == 0);
  }
}

TEST_CASE("a reader gives fields in order and nothing past its end",
          "[bytes]") {
  const std::string bytes =
      BigEndian(uint32_t{7}) + Varint(300) + "text" + "rest";
  ByteReader reader(bytes);
  CHECK(reader.BigEndian<uint32_t>() == 7);
  CHECK(reader.Varint() == 300);
  CHECK(reader.Bytes(4) == "text");
  CHECK(reader.Bytes(0) == "");
  CHECK(reader.rest() == "rest");
  CHECK(reader.BigEndian<uint64_t>() == 0);  // four bytes are left
  CHECK_FALSE(reader.ok());
  CHECK(reader.rest().empty());
  // Once failed, it stays so: no later field is read from a wrong place.
  CHECK(reader.Bytes(1) == "");
  CHECK(reader.BigEndian<uint8_t>() == 0);
  CHECK(reader.Varint() == 0);
  CHECK_FALSE(reader.ok());
}

TEST_CASE("a length that overflows is refused", "[bytes]") {
  ByteReader reader("abc");
  CHECK(reader.Bytes(std::numeric_limits<uint64_t>::max()).empty());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("any bytes can be read without harm", "[bytes]") {
  auto random = test::Random(2);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ByteReader reader(bytes);
    size_t left = bytes.size();
    while (reader.ok() && !reader.empty()) {
      switch (random() % 3) {
        case 0:
          reader.Varint();
          break;
        case 1:
          reader.BigEndian<uint32_t>();
          break;
        default:
          reader.Bytes(random() % 8 + 1);
      }
      REQUIRE(reader.rest().size() < left);
      left = reader.rest().size();
    }
  }
}

TEST_CASE("zig-zag keeps small magnitudes small and is undone", "[bytes]") {
  CHECK(ZigZag(0) == 0);
  CHECK(ZigZag(-1) == 1);
  CHECK(ZigZag(1) == 2);
  CHECK(ZigZag(-2) == 3);
  CHECK(ZigZag(std::numeric_limits<int64_t>::max()) ==
        std::numeric_limits<uint64_t>::max() - 1);
  CHECK(ZigZag(std::numeric_limits<int64_t>::min()) ==
        std::numeric_limits<uint64_t>::max());
  for (const uint64_t number : Numbers()) {
    const auto value = static_cast<int64_t>(number);
    CHECK(UnZigZag(ZigZag(value)) == value);
  }
}

}  // namespace
}  // namespace skg
