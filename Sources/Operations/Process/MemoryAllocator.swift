import CLinux

/// How the process's allocator treats memory that was freed.
package enum MemoryAllocator {
    /// Keeps freed memory for the next batch rather than giving it back to the kernel after each:
    /// a batch of payments takes and frees some megabytes, and fetching them anew, page by page,
    /// cost a twelfth of a payment. At most `keptBytes` stay at the end of each of glibc's heaps.
    package static func keepFreedMemory() {
        mallopt(M_TRIM_THRESHOLD, keptBytes)
        mallopt(M_TOP_PAD, growthBytes)
        mallopt(M_MMAP_THRESHOLD, growthBytes)
    }

    private static let keptBytes: CInt = 8 << 20
    private static let growthBytes: CInt = 1 << 20
}
