package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.FileNames;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that this transport sends with sendfile(2), where the system has it: the bytes
 * do not pass through the process. It owns a descriptor, which its last {@link #release()} closes;
 * a channel that it is written to releases it.
 *
 * <p>Every other transport sends it too, through {@link #transferTo}.
 */
public final class KQueueFfmFileRegion extends AbstractReferenceCounted implements FileRegion {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(KQueueFfmFileRegion.class);
  private static final int NONE = -1;

  /** Linux's folder of descriptors, and that of macOS and of a BSD with fdescfs. */
  private static final List<String> DESCRIPTORS = List.of("/proc/self/fd/", "/dev/fd/");

  private final Kernel kernel;
  private final Path path;
  private final BasicFileAttributes whenOpened;
  private final long position;
  private final long count;
  private int fd;
  private FileChannel file;
  private long transferred;

  private KQueueFfmFileRegion(
      Kernel kernel, Path path, BasicFileAttributes attributes, long position, long count) {
    this.kernel = kernel;
    this.path = path;
    this.whenOpened = attributes;
    this.position = position;
    this.count = count;
  }

  /**
   * Opens a regular file.
   *
   * @param position where the part begins, bytes
   * @param count its bytes; if the file has fewer when the region is written, that fails before the
   *     first byte
   */
  public static KQueueFfmFileRegion open(Path path, long position, long count) throws IOException {
    return open(SystemKernel.get(), path, position, count);
  }

  static KQueueFfmFileRegion open(Kernel kernel, Path path, long position, long count)
      throws IOException {
    ObjectUtil.checkPositiveOrZero(position, "position");
    ObjectUtil.checkPositiveOrZero(count, "count");
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new IOException(
          Failures.refusal(
              "open",
              path,
              "not a regular file",
              "name one, or read it and write its bytes as buffers"));
    }
    return open(kernel, path, attributes, position, count);
  }

  /**
   * The same of a path that may name no regular file.
   *
   * @return {@code null} if it does not
   */
  static KQueueFfmFileRegion openIfRegular(Kernel kernel, Path path, long position, long count)
      throws IOException {
    BasicFileAttributes attributes =
        path.getFileSystem().provider().readAttributesIfExists(path, BasicFileAttributes.class);
    return attributes == null || !attributes.isRegularFile()
        ? null
        : open(kernel, path, attributes, position, count);
  }

  private static KQueueFfmFileRegion open(
      Kernel kernel, Path path, BasicFileAttributes attributes, long position, long count)
      throws IOException {
    KQueueFfmFileRegion region = new KQueueFfmFileRegion(kernel, path, attributes, position, count);
    region.open();
    return region;
  }

  private void open() throws IOException {
    fd = NONE;
    if (kernel.has(Call.SENDFILE) && FileNames.isKernels(path)) {
      fd = openDescriptor();
    } else {
      // OpenBSD and NetBSD; and a path in an archive or the like, which the kernel does not know.
      file = openFile(path);
    }
  }

  private int openDescriptor() throws IOException {
    byte[] name = FileNames.of(path);
    Platform platform = kernel.platform();
    int flags = platform.get(Constant.O_RDONLY) | platform.get(Constant.O_CLOEXEC);
    long memory = NativeMemory.allocate(name.length + 1L);
    try {
      Memory.copy(name, 0, memory, name.length);
      int result;
      do {
        result = kernel.open(memory, flags, 0);
      } while (platform.is(Errno.EINTR, -result));
      if (result < 0) {
        throw Failures.of(platform, "open", path, result);
      }
      return result;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Opens the descriptor's file, whose name may be gone. */
  private FileChannel reopen() throws IOException {
    for (String descriptors : DESCRIPTORS) {
      try {
        return openFile(Path.of(descriptors + fd));
      } catch (IOException e) {
        // Not every system shows all of them.
        LOGGER.debug("No descriptors in {}", descriptors, e);
      }
    }
    return openFile(path);
  }

  private FileChannel openFile(Path name) throws IOException {
    FileChannel opened = FileChannel.open(name, StandardOpenOption.READ);
    try {
      Object key = whenOpened.fileKey();
      Object found = Files.readAttributes(name, BasicFileAttributes.class).fileKey();
      if (key != null && !key.equals(found)) {
        throw new IOException(
            Failures.refusal(
                "read",
                path,
                "it is another file than the one that was opened as a region",
                "keep the file in its place until its region is written"));
      }
      return opened;
    } catch (Throwable t) {
      opened.close();
      throw t;
    }
  }

  /** The file's name when the region was made. */
  Path path() {
    return path;
  }

  /** The descriptor for sendfile, or -1 where the system has none. */
  int descriptor() {
    ensureNotReleased();
    return fd;
  }

  /** The file, for a system or a file system that knows no sendfile. */
  FileChannel file() throws IOException {
    ensureNotReleased();
    if (file == null) {
      file = reopen();
    }
    return file;
  }

  /**
   * The file's length now. If the system does not show descriptors and another file has the name,
   * the length when it was opened.
   */
  long size() throws IOException {
    return size(DESCRIPTORS);
  }

  /**
   * The same.
   *
   * @param shown the folders in which the system shows descriptors
   */
  long size(List<String> shown) throws IOException {
    ensureNotReleased();
    if (file != null) {
      return file.size();
    }
    for (String descriptors : shown) {
      BasicFileAttributes found = own(Path.of(descriptors + fd));
      if (found != null) {
        return found.size();
      }
    }
    BasicFileAttributes named = own(path);
    return named == null ? sizeWhenOpened() : named.size();
  }

  /** The file's length when the region was made. */
  long sizeWhenOpened() {
    return whenOpened.size();
  }

  /** What there is under that name if it is this region's file, else {@code null}. */
  private BasicFileAttributes own(Path name) {
    Object key = whenOpened.fileKey();
    try {
      BasicFileAttributes found = Files.readAttributes(name, BasicFileAttributes.class);
      return key != null && key.equals(found.fileKey()) ? found : null;
    } catch (IOException e) {
      // As in reopen(); and a file can have lost its name.
      LOGGER.trace("No attributes of {}", name, e);
      return null;
    }
  }

  private void ensureNotReleased() {
    if (refCnt() == 0) {
      throw new IllegalReferenceCountException(0);
    }
  }

  void advance(long sent) {
    transferred += sent;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long transferred() {
    return transferred;
  }

  @Override
  @Deprecated
  public long transfered() {
    return transferred;
  }

  @Override
  public long transferTo(WritableByteChannel target, long position) throws IOException {
    long left = count - position;
    if (left < 0 || position < 0) {
      throw new IllegalArgumentException(
          "position out of range: " + position + " (expected: 0 to " + count + ')');
    }
    if (left == 0) {
      return 0;
    }
    FileChannel source = file();
    if (transferred == 0) {
      FilePieces.requireMore(source.size(), this);
    }
    long written = source.transferTo(this.position + position, left, target);
    if (written > 0) {
      transferred += written;
    } else {
      FilePieces.requireMore(source.size(), this);
    }
    return written;
  }

  @Override
  protected void deallocate() {
    closeDescriptor();
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOGGER.warn("Cannot close {}", path, e);
      }
    }
  }

  private void closeDescriptor() {
    int descriptor = fd;
    fd = NONE;
    if (descriptor != NONE) {
      int result = kernel.close(descriptor);
      if (result < 0) {
        // The file was only read, so no data is lost.
        LOGGER.debug(
            "close({}) of {}: {}", descriptor, path, Failures.text(kernel.platform(), result));
      }
    }
  }

  @Override
  public KQueueFfmFileRegion retain() {
    super.retain();
    return this;
  }

  @Override
  public KQueueFfmFileRegion retain(int increment) {
    super.retain(increment);
    return this;
  }

  @Override
  public KQueueFfmFileRegion touch() {
    return this;
  }

  @Override
  public KQueueFfmFileRegion touch(@Nullable Object hint) {
    return this;
  }
}
