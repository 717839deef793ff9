package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of local sockets. A path is a file of the machine, of the type of a socket, which stays
 * when the socket is closed. Names are only looked up, so the maps' order cannot be seen.
 */
final class LocalNames {
  private static final int JDKS_LONGEST = 100;

  private final World world;

  /** Sockets by the identity of their file. */
  private final Map<Object, SocketFile> byFile = new HashMap<>();

  private final Map<Address, SocketFile> abstracts = new HashMap<>();

  /** The negative errno of a {@link #find} that found nothing. */
  int error;

  LocalNames(World world) {
    this.world = world;
  }

  /** {@return 0, or the negative errno} */
  int bind(SocketFile socket, Address name) {
    byte[] bytes = name.bytes();
    if (bytes.length == 0) {
      return world.error(Errno.EINVAL);
    }
    if (bytes[0] == 0) {
      return abstracts.putIfAbsent(name, socket) == null ? 0 : world.error(Errno.EADDRINUSE);
    }
    Path path = path(bytes);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return world.error(Errno.EADDRINUSE);
    }
    try {
      make(path, bytes.length);
    } catch (IOException e) {
      return world.error(Files.isDirectory(path.getParent()) ? Errno.EACCES : missing(path));
    }
    byFile.put(key(path), socket);
    return 0;
  }

  /** Makes a file of the type of a socket. */
  private static void make(Path path, int length) throws IOException {
    // The JDK takes shorter names than the systems do.
    Path made = length > JDKS_LONGEST ? path.resolveSibling(".s") : path;
    // The channel leaves its file behind.
    try (ServerSocketChannel maker = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      maker.bind(UnixDomainSocketAddress.of(made));
    }
    if (made != path) {
      Files.move(made, path);
    }
  }

  /** {@return the socket of that name, or {@code null} with the errno in {@link #error}} */
  SocketFile find(Address name) {
    byte[] bytes = name.bytes();
    if (bytes.length == 0) {
      error = world.error(Errno.EINVAL);
      return null;
    }
    if (bytes[0] == 0) {
      error = world.error(Errno.ECONNREFUSED);
      return abstracts.get(name);
    }
    Path path = path(bytes);
    Object key = key(path);
    if (key == null) {
      error = world.error(missing(path));
      return null;
    }
    error = world.error(isSocket(path) ? Errno.ECONNREFUSED : notSocket());
    return byFile.get(key);
  }

  /** The socket has no name any more; its file stays. */
  void unbind(SocketFile socket, Address name) {
    if (name.bytes()[0] == 0) {
      abstracts.remove(name, socket);
    } else {
      // Its file may be gone, or another one have its path.
      byFile.values().remove(socket);
    }
  }

  /** {@return the file of a name in the encoding of the kernel, whatever the locale is} */
  static Path path(byte[] name) {
    StringBuilder uri = new StringBuilder("file://");
    if (name[0] != '/') {
      uri.append(FileSystems.getDefault().getPath("").toUri().getRawPath());
    }
    for (byte b : name) {
      if (b == '/') {
        uri.append('/');
      } else {
        uri.append('%')
            .append(Character.forDigit(b >> 4 & 15, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return Path.of(URI.create(uri.toString()));
  }

  /** {@return what identifies the file, or {@code null} if there is none} */
  private static Object key(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean isSocket(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      return false;
    }
  }

  /** A file of another type. */
  private Errno notSocket() {
    return world.has(Quirk.ORDINARY_FILE_REFUSES) ? Errno.ECONNREFUSED : Errno.ENOTSOCK;
  }

  private static Errno missing(Path path) {
    try {
      Path parent = path.getParent();
      return parent == null || Files.readAttributes(parent, BasicFileAttributes.class).isDirectory()
          ? Errno.ENOENT
          : Errno.ENOTDIR;
    } catch (NoSuchFileException e) {
      return Errno.ENOENT;
    } catch (IOException e) {
      return Errno.EACCES;
    }
  }
}
