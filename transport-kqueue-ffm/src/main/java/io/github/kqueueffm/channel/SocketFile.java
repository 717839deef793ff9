package io.github.kqueueffm.channel;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** The file that bind(2) made for a local socket. */
final class SocketFile {
  private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(SocketFile.class);

  private final Path path;
  private final Object key;
  private final FileTime time;

  private SocketFile(Path path, BasicFileAttributes attributes) {
    this.path = path;
    this.key = attributes.fileKey();
    this.time = attributes.creationTime();
  }

  /** The file of an address that was bound just now; {@code null} if there is none. */
  static SocketFile madeAt(DomainSocketAddress address) {
    if (address.path().startsWith("\0")) {
      return null;
    }
    try {
      Path path = Path.of(address.path()).toAbsolutePath();
      return new SocketFile(path, attributes(path));
    } catch (IOException | InvalidPathException e) {
      LOGGER.warn("Cannot find the file of {}, so it will stay after the socket", address, e);
      return null;
    }
  }

  /** Deletes it, if it is still the same file. */
  void delete() {
    try {
      if (isSame(attributes(path))) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      LOGGER.debug("{} is gone already", path);
    } catch (IOException e) {
      LOGGER.warn("Cannot delete {}, which the closed socket leaves behind", path, e);
    }
  }

  /** The number of an inode is used again, so the time counts too. */
  private boolean isSame(BasicFileAttributes attributes) {
    return attributes.isOther()
        && attributes.creationTime().equals(time)
        && attributes.fileKey().equals(key);
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
