package io.github.kqueueffm.syscall;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Name of a local socket in the kernel's bytes: a path, on Linux an abstract name (whose first byte
 * is 0), or nothing for a socket without a name.
 */
public final class UnixAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  private static final Charset FILE_NAMES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private final byte[] path;

  private UnixAddress(byte[] path) {
    this.path = path;
  }

  public static UnixAddress of(byte[] path) {
    return new UnixAddress(path.clone());
  }

  /** The name in the encoding of file names. */
  public static UnixAddress of(String path) {
    return new UnixAddress(path.getBytes(FILE_NAMES));
  }

  static UnixAddress of(UnixDomainSocketAddress address) {
    return of(address.getPath().toString());
  }

  /** The name's bytes, without a terminating 0. */
  public byte[] bytes() {
    return path.clone();
  }

  /** The name as text; an abstract one begins with the character 0. */
  public String path() {
    return new String(path, FILE_NAMES);
  }

  public boolean isUnnamed() {
    return path.length == 0;
  }

  public boolean isAbstract() {
    return path.length > 0 && path[0] == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnixAddress address && Arrays.equals(path, address.path);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(path);
  }

  /** The path, with the 0 of an abstract name shown as {@code @}, as the system's tools do. */
  @Override
  public String toString() {
    return isAbstract() ? '@' + path().substring(1) : path();
  }
}
