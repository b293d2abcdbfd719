// Made by protoc-gen-remit-swift. Do not edit.
// swift-format-ignore-file

/// The messages and services of `google.protobuf`.
package enum GoogleProtobuf {}

/// The messages and services of `google.rpc`.
package enum GoogleRPC {}

/// The messages and services of `grpc.health.v1`.
package enum GRPCHealthV1 {}

/// The messages and services of `remit.rpc.v1`.
package enum RPCV1 {}
