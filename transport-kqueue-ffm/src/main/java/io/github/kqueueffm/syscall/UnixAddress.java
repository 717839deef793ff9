package io.github.kqueueffm.syscall;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of a local socket in the kernel's bytes: a path, an abstract name of Linux (whose first
 * byte is 0), or no bytes for a socket without a name.
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
   * {@return the address with the name in UTF-8, independent of the locale}
   *
   * @throws IllegalArgumentException if UTF-8 cannot represent it
   */
  public static UnixAddress of(String path) {
    return new UnixAddress(FileNames.utf8(path));
  }

  /** {@return the address with the bytes that Java itself passes to the kernel} */
  public static UnixAddress of(UnixDomainSocketAddress address) {
    return new UnixAddress(FileNames.of(address.getPath()));
  }

  /** {@return the name's bytes, without a terminating 0} */
  public byte[] bytes() {
    return path.clone();
  }

  /**
   * {@return the name as text} U+FFFD replaces bytes that are not UTF-8. An abstract name begins
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

  /** {@return the path, or an abstract name with {@code @} for its 0, as system tools show it} */
  @Override
  public String toString() {
    return isAbstract() ? '@' + path().substring(1) : path();
  }
}
