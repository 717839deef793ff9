package io.github.kqueueffm.channel;

import io.netty.channel.DefaultFileRegion;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The fields of Netty's file region that Netty's native code reaches into. They can be reached on
 * the class path, and on the module path if the user opens them.
 */
final class DefaultRegionFields {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(DefaultRegionFields.class);

  private static final VarHandle FILE;
  private static final VarHandle PATH;
  private static final VarHandle TRANSFERRED;

  static {
    VarHandle file = null;
    VarHandle path = null;
    VarHandle transferred = null;
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.privateLookupIn(DefaultFileRegion.class, MethodHandles.lookup());
      file = lookup.findVarHandle(DefaultFileRegion.class, "file", FileChannel.class);
      path = lookup.findVarHandle(DefaultFileRegion.class, "f", File.class);
      transferred = lookup.findVarHandle(DefaultFileRegion.class, "transferred", long.class);
    } catch (ReflectiveOperationException | SecurityException e) {
      LOGGER.debug(
          "Files are sent with one more copy, since DefaultFileRegion is closed; open it with"
              + " --add-opens io.netty.transport/io.netty.channel=io.github.kqueueffm.transport",
          e);
    }
    FILE = transferred == null ? null : file;
    PATH = transferred == null ? null : path;
    TRANSFERRED = transferred;
  }

  private DefaultRegionFields() {}

  static boolean areOpen() {
    return FILE != null;
  }

  static FileChannel file(DefaultFileRegion region) throws IOException {
    ensureNotReleased(region);
    if (!region.isOpen()) {
      encodable((File) PATH.get(region));
      region.open();
    }
    return (FileChannel) FILE.get(region);
  }

  private static void ensureNotReleased(DefaultFileRegion region) {
    if (region.refCnt() == 0) {
      throw new IllegalReferenceCountException(0);
    }
  }

  /**
   * The path of a region that has one and has not been opened yet, or {@code null}.
   *
   * @throws IOException if the locale's encoding cannot carry it
   */
  static Path unopened(DefaultFileRegion region) throws IOException {
    ensureNotReleased(region);
    return region.isOpen() ? null : encodable((File) PATH.get(region));
  }

  /** Java's older files put a question mark for what the locale lacks, and open another file. */
  private static Path encodable(File file) throws IOException {
    try {
      return file.toPath();
    } catch (InvalidPathException e) {
      throw new IOException(
          "the locale's encoding of file names ("
              + System.getProperty("sun.jnu.encoding")
              + ") cannot carry the name of "
              + file
              + "; start Java with a UTF-8 locale, as by LC_ALL=C.UTF-8",
          e);
    }
  }

  static void advance(DefaultFileRegion region, long sent) {
    TRANSFERRED.set(region, region.transferred() + sent);
  }
}
