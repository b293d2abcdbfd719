// Made by protoc-gen-remit-swift. Do not edit.
// swift-format-ignore-file

/// The messages and services of `remit.billing.v1`.
package enum BillingV1 {}

/// The messages and services of `remit.debug.v1`.
package enum DebugV1 {}

/// The messages and services of `remit.gateway.v1`.
package enum GatewayV1 {}

/// The messages and services of `remit.type`.
package enum RemitType {}
