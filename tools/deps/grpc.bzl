"""Stubs and service classes of gRPC, out of a .proto."""

def cc_grpc_library(name, src, proto, visibility = None):
    """What X.grpc.pb.h of src = "X.proto" declares.

    Args:
      name: of the cc_library.
      src: a .proto of this package that imports none.
      proto: its cc_proto_library.
      visibility: of the cc_library.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_sources",
        srcs = [src],
        outs = [
            stem + ".grpc.pb.cc",
            stem + ".grpc.pb.h",
        ],
        cmd = "$(location @com_google_protobuf//:protoc) -I. $< " +
              "--plugin=protoc-gen-grpc=$(location @grpc//:grpc_cpp_plugin) " +
              "--grpc_out=$(GENDIR)",
        tools = [
            "@com_google_protobuf//:protoc",
            "@grpc//:grpc_cpp_plugin",
        ],
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".grpc.pb.cc"],
        hdrs = [stem + ".grpc.pb.h"],
        visibility = visibility,
        deps = [
            proto,
            "//tools/deps:grpc",
        ],
    )
