package io.github.kqueueffm.channel;

import io.netty.channel.DefaultFileRegion;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;

/**
 * The fields of Netty's file region that Netty's native code reaches into. They can be reached on
 * the class path; on the module path only if the user opens them.
 */
final class DefaultRegionFields {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(DefaultRegionFields.class);
  private static final VarHandle FILE;
  private static final VarHandle TRANSFERRED;

  static {
    VarHandle file = null;
    VarHandle transferred = null;
    try {
      MethodHandles.Lookup lookup =
          MethodHandles.privateLookupIn(DefaultFileRegion.class, MethodHandles.lookup());
      file = lookup.findVarHandle(DefaultFileRegion.class, "file", FileChannel.class);
      transferred = lookup.findVarHandle(DefaultFileRegion.class, "transferred", long.class);
    } catch (ReflectiveOperationException | SecurityException e) {
      LOGGER.debug(
          "Files are sent with one more copy, since DefaultFileRegion is closed; open it with"
              + " --add-opens io.netty.transport/io.netty.channel=io.github.kqueueffm.transport",
          e);
    }
    FILE = transferred == null ? null : file;
    TRANSFERRED = transferred;
  }

  private DefaultRegionFields() {}

  static boolean areOpen() {
    return FILE != null;
  }

  static FileChannel file(DefaultFileRegion region) throws IOException {
    if (region.refCnt() == 0) {
      throw new IllegalReferenceCountException(0);
    }
    region.open();
    return (FileChannel) FILE.get(region);
  }

  static void advance(DefaultFileRegion region, long sent) {
    TRANSFERRED.set(region, region.transferred() + sent);
  }
}
