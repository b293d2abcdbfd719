/// Whom a call was granted to.
///
/// A class: made once for each entry of a table of grants and passed along with each call.
package final class Caller: Sendable {
    /// What logs show: "remit://billing", or the name of a bearer token.
    package let name: String
    /// Whose cards, keys and accounts it may touch.
    package let tenant: String

    package init(name: String, tenant: String) {
        self.name = name
        self.tenant = tenant
    }
}
