package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Sockaddr;
import java.net.InetSocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Writes and reads an IPv4 address of an IPv6 socket. */
@State(Scope.Thread)
public class SockaddrBenchmark {
  private final Platform platform = Kernels.system().platform();
  private final Sockaddr codec = Sockaddr.of(platform);
  private final int family = platform.get(Constant.AF_INET6);
  private final InetSocketAddress address = new InetSocketAddress("127.0.0.1", 4711);
  private final long memory = NativeMemory.allocate(codec.size());
  private int length;

  @Setup
  public void write() {
    length = put();
  }

  @TearDown
  public void free() {
    NativeMemory.free(memory);
  }

  @Benchmark
  public int put() {
    return codec.put(memory, address, family);
  }

  @Benchmark
  public InetSocketAddress get() {
    return codec.get(memory, length);
  }
}
