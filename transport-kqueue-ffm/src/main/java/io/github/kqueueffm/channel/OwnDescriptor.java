package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernel;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The descriptor by which sendfile(2) reads one of Netty's regions. Java does not tell that of a
 * file which it has opened; but a region of a path is opened only when it is written, and then
 * here, as long as it takes.
 */
final class OwnDescriptor {
  private DefaultFileRegion region;
  private KQueueFfmFileRegion opened;

  /** The region's descriptor, or {@link DefaultRegionFields#NONE}. */
  int of(DefaultFileRegion wanted, Kernel kernel) throws IOException {
    if (wanted != region) {
      close();
      Path path = DefaultRegionFields.unopened(wanted);
      if (path == null || !Files.isRegularFile(path)) {
        return DefaultRegionFields.descriptor(wanted);
      }
      opened = KQueueFfmFileRegion.open(kernel, path, wanted.position(), wanted.count());
      region = wanted;
    }
    return opened.descriptor();
  }

  /** What is open for the region that was asked for last, or {@code null}. */
  KQueueFfmFileRegion opened() {
    return opened;
  }

  void close() {
    if (opened != null) {
      opened.release();
      opened = null;
      region = null;
    }
  }
}
