import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// What a schema may not have: libprotobuf-c would mistreat it, or the services' rules forbid it.
public enum SchemaLint {
    /// Every problem found, for protoc to print.
    public struct Failure: Error, CustomStringConvertible {
        /// One sentence each.
        public let problems: [String]
        /// The sentences, one a line.
        public var description: String { problems.joined(separator: "\n") }

        /// - Parameter problems: one sentence each.
        public init(problems: [String]) {
            self.problems = problems
        }
    }

    /// The problems of one file, in the order of its declarations.
    public static func problems(in file: FileDescriptor) -> [String] {
        file.messages.flatMap { problems(in: $0) } + file.services.flatMap { problems(in: $0) }
    }

    private static func problems(in message: Descriptor) -> [String] {
        var found: [String] = []
        if let cycle = cycle(from: message) {
            // libprotobuf-c has no depth limit: a few kilobytes of nesting overflow the stack.
            found.append(
                "\(message.fullName): recursive messages are refused (\(cycle)); "
                    + "nesting depth must be bounded by the schema"
            )
        }
        for field in message.fields {
            if field.isMap {
                found.append("\(field.fullName): map fields are refused; use a repeated message")
            }
            if field.type == .group {
                found.append("\(field.fullName): groups are refused")
            }
            if field.isSensitive,
                field.type != .string || field.isRepeated || field.realContainingOneof != nil
            {
                found.append("\(field.fullName): only a single text may be (remit.sensitive)")
            }
            if field.hasOptionalKeyword {
                found.append(
                    "\(field.fullName): proto3 optional is refused by protoc-c; "
                        + "use a oneof with one field"
                )
            }
        }
        return found + message.messages.filter { !$0.isMapEntry }.flatMap { problems(in: $0) }
    }

    private static func problems(in service: ServiceDescriptor) -> [String] {
        var found: [String] = []
        for method in service.methods {
            if service.fullName.hasPrefix("remit."), !service.file.isOfRPCLayer,
                method.scope.isEmpty
            {
                found.append("\(method.fullName): option (remit.scope) is missing")
            }
        }
        return found
    }

    /// The names along a cycle that leads from a message back to itself.
    private static func cycle(from start: Descriptor) -> String? {
        var visited: Set<String> = []
        func search(_ message: Descriptor, _ path: [String]) -> [String]? {
            for field in message.fields {
                guard field.type == .message || field.type == .group,
                    let next = field.messageType
                else { continue }
                if next.fullName == start.fullName { return path + [next.fullName] }
                if visited.insert(next.fullName).inserted,
                    let found = search(next, path + [next.fullName])
                {
                    return found
                }
            }
            return nil
        }
        return search(start, [start.fullName])?.joined(separator: " → ")
    }
}
