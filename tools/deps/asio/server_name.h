// What Asio does not wrap of OpenSSL, and no other file can call.
#ifndef TOOLS_DEPS_ASIO_SERVER_NAME_H_
#define TOOLS_DEPS_ASIO_SERVER_NAME_H_

struct ssl_st;  // OpenSSL's SSL

namespace sn37 {

// Has a client's handshake name the server that it wants (SNI), as
// SSL_set_tlsext_host_name. `ssl` is the native_handle() of a stream.
bool SetServerName(ssl_st* ssl, const char* name);

}  // namespace sn37

#endif  // TOOLS_DEPS_ASIO_SERVER_NAME_H_
