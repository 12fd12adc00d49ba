#include "sn37/hub/url.h"

#include <string>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(ResolveUrlTest, ReadsReferencesAsRfc3986Says) {
  const struct {
    absl::string_view base, reference, url;
  } kCases[] = {
      {"", "https://hub.test", "https://hub.test:443/"},
      {"", "http://127.0.0.1:8080/a?b=c#d", "http://127.0.0.1:8080/a?b=c"},
      {"https://hub.test/a/b?c=d", "/e?f=%2F", "https://hub.test:443/e?f=%2F"},
      {"https://hub.test/a/b?c=d", "e", "https://hub.test:443/a/e"},
      {"https://hub.test/a", "http://cdn.test/x", "http://cdn.test:80/x"},
      {"https://hub.test/a", "//cdn.test/x", "https://cdn.test:443/x"},
  };
  for (const auto& c : kCases) {
    const auto url = ResolveUrl(c.base, c.reference);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(*url, c.url);
  }
}

TEST(ResolveUrlTest, WhatIsNoPlainWebAddressIsRefused) {
  for (const std::string& reference :
       {std::string(""), std::string("hub"), std::string("file:///etc/passwd"),
        std::string("ftp://hub.test/"), std::string("ldap://hub.test/"),
        std::string("https://u:p@hub.test/"), std::string("https://u@hub.test"),
        std::string("https://hub.test/a b"),
        std::string("https://h\xc3\xbc.de"),
        std::string("https://hub.test/\r\nX: y"), std::string("https://"),
        std::string("https://hub.test:99999/"),
        "https://hub.test/" + std::string(20000, 'a')}) {
    const absl::Status status = ResolveUrl("", reference).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << reference;
    EXPECT_LT(status.message().size(), 400);
  }
  EXPECT_FALSE(ResolveUrl("https://hub.test/", "").ok());
}

TEST(OriginTest, IsSchemeHostAndPort) {
  const struct {
    absl::string_view a, b;
    bool same;
  } kCases[] = {
      {"https://hub.test/a", "https://HUB.test:443/b?c", true},
      {"https://hub.test/", "http://hub.test/", false},
      {"https://hub.test/", "https://hub.test:444/", false},
      {"https://hub.test/", "https://hub.test.evil.test/", false},
      {"https://hub.test/", "https://cdn.hub.test/", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Origin(*ResolveUrl("", c.a)) == Origin(*ResolveUrl("", c.b)),
              c.same)
        << c.a << " " << c.b;
  }
}

TEST(IsLoopbackTest, OnlyThisMachineIs) {
  EXPECT_TRUE(IsLoopback("http://127.0.0.1:1/"));
  EXPECT_TRUE(IsLoopback("http://[::1]:1/"));
  EXPECT_TRUE(IsLoopback("http://localhost/"));
  EXPECT_FALSE(IsLoopback("http://localhost.evil.test/"));
  EXPECT_FALSE(IsLoopback("http://128.0.0.1/"));
}

TEST(EncodeTest, EncodesAllThatHasAMeaning) {
  EXPECT_EQ(EncodePath("sub/a b&é+%.txt"), "sub/a%20b%26%C3%A9%2B%25.txt");
  EXPECT_EQ(EncodeSegment("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(EncodeSegment("a-._~Z9?#"), "a-._~Z9%3F%23");
}

TEST(WithoutQueryTest, SignaturesAreNotShown) {
  EXPECT_EQ(WithoutQuery("https://cdn.test/a?Signature=x"),
            "https://cdn.test/a");
}

}  // namespace
}  // namespace sn37
