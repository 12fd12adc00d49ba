// The functions of Asio and Beast that are no templates, and the only place
// that calls OpenSSL for them: see build.sh.
#include <openssl/ssl.h>

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>

#include "tools/deps/asio/server_name.h"

namespace sn37 {

bool SetServerName(ssl_st* ssl, const char* name) {
  return SSL_set_tlsext_host_name(ssl, name) == 1;
}

}  // namespace sn37
