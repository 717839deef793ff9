package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Sockaddr;
import java.net.InetSocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Finds the sender of a datagram, of so many in turn, with and without the last addresses. */
@State(Scope.Thread)
public class RecentAddressesBenchmark {
  /** The number of senders. */
  @Param({"32", "5000"})
  public int senders;

  private final Platform platform = Kernels.system().platform();
  private final Sockaddr codec = Sockaddr.of(platform);
  private final int host = platform.struct("sockaddr_in").offset("sin_addr");
  private final long memory = NativeMemory.allocate(codec.size());
  private final RecentAddresses<InetSocketAddress> recent = new RecentAddresses<>();
  private int length;
  private int sender;

  @Setup
  public void write() {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 4711);
    length = codec.put(memory, address, platform.get(Constant.AF_INET));
  }

  @TearDown
  public void free() {
    NativeMemory.free(memory);
  }

  private void next() {
    sender = sender + 1 == senders ? 0 : sender + 1;
    Memory.putInt(memory + host, sender);
  }

  @Benchmark
  public InetSocketAddress remembered() {
    next();
    InetSocketAddress known = recent.get(memory, length);
    return known != null ? known : recent.put(codec.get(memory, length));
  }

  @Benchmark
  public InetSocketAddress decoded() {
    next();
    return codec.get(memory, length);
  }
}
