package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;

/** A simulated system for a test, with what every test of its calls needs. */
abstract class SystemFixture implements AutoCloseable {
  /** Bytes for an address. */
  static final int NAME = 512;

  final Simulation simulation;
  final Kernel kernel;
  final Platform platform;

  /** Memory for an address, or for other small arguments. */
  final long name = NativeMemory.allocate(NAME);

  SystemFixture(Simulation simulation) {
    this.simulation = simulation;
    kernel = simulation.kernel();
    platform = kernel.platform();
  }

  @Override
  public void close() {
    NativeMemory.free(name);
  }

  final World world() {
    return simulation.world();
  }

  final int number(Constant constant) {
    return platform.get(constant);
  }

  /** {@return a result as a number, or as the name of its errno} */
  final String outcome(long result) {
    return result >= 0 ? Long.toString(result) : platform.errno((int) -result).name();
  }

  final boolean is(Errno errno, long result) {
    return platform.is(errno, (int) -result);
  }

  /** Fails if the result is an errno. */
  final int expect(int result) {
    assertThat(result).as(() -> outcome(result) + " on " + kernel.describe()).isNotNegative();
    return result;
  }

  /** {@return a descriptor that does not block from now on} */
  final int nonBlocking(int fd) {
    kernel.fcntl(expect(fd), number(Constant.F_SETFL), number(Constant.O_NONBLOCK));
    return fd;
  }

  final int socket(Constant family, Constant type) {
    return nonBlocking(kernel.socket(number(family), number(type), 0));
  }

  final int tcp() {
    return socket(Constant.AF_INET, Constant.SOCK_STREAM);
  }

  /** {@return both ends of a local socketpair} */
  final int[] localPair(Constant type) {
    expect(kernel.socketpair(number(Constant.AF_UNIX), number(type), 0, name));
    return nonBlockingPair();
  }

  /** {@return the two descriptors at {@link #name}} */
  final int[] nonBlockingPair() {
    int second = Memory.getInt(name + Integer.BYTES);
    return new int[] {nonBlocking(Memory.getInt(name)), nonBlocking(second)};
  }

  static Address loopback(int port) {
    return Address.ip("127.0.0.1", port);
  }

  /** Writes an address to {@link #name}, as the socket shows it: its length. */
  final int encode(int fd, Address address) {
    if (address.kind() == Address.Kind.UNSPECIFIED) {
      Memory.clear(name, NAME);
      return platform.struct("sockaddr_in").size();
    }
    return world().addresses.write(address, isInet6(fd), name, NAME);
  }

  final boolean isInet6(int fd) {
    return world().network.isInet6(world().descriptors.get(fd));
  }

  /** {@return the address at {@link #name}} */
  final Address decode(int length) {
    return world().addresses.read(name, length);
  }

  final int bind(int fd, Address address) {
    return kernel.bind(fd, name, encode(fd, address));
  }

  final int connect(int fd, Address address) {
    return kernel.connect(fd, name, encode(fd, address));
  }
}
