package io.github.kqueueffm.syscall;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Name of a local socket in the kernel's bytes: a path, on Linux an abstract name (whose first byte
 * is 0), or nothing for a socket without a name.
 */
public final class UnixAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  private final byte[] path;

  private UnixAddress(byte[] path) {
    this.path = path;
  }

  public static UnixAddress of(byte[] path) {
    return new UnixAddress(path.clone());
  }

  /**
   * The name in UTF-8, whatever the locale.
   *
   * @throws IllegalArgumentException if UTF-8 cannot carry it
   */
  public static UnixAddress of(String path) {
    return new UnixAddress(FileNames.utf8(path));
  }

  /** The name as Java itself gives it to the kernel, in the locale's encoding of file names. */
  public static UnixAddress of(UnixDomainSocketAddress address) {
    return new UnixAddress(FileNames.of(address.getPath()));
  }

  /** The name's bytes, without a terminating 0. */
  public byte[] bytes() {
    return path.clone();
  }

  /**
   * The name as text, in which U+FFFD stands for bytes that are not UTF-8; an abstract one begins
   * with the character 0.
   */
  public String path() {
    return new String(path, StandardCharsets.UTF_8);
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
