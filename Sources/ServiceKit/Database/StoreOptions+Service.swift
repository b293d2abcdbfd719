package import Storage
import TTRPC

extension StoreOptions {
    /// Those of a service: what a commit answers reaches each event loop together.
    package static var ofService: StoreOptions {
        var options = StoreOptions()
        options.answering = { answers in Resumptions.together(answers) }
        return options
    }
}
