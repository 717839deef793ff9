package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernels;

/** An echo in a separate JVM, where a property may trace its calls. */
final class TraceProbe {
  private TraceProbe() {}

  public static void main(String[] args) throws Exception {
    System.out.println("echo: " + LoopbackEcho.once("works"));
    System.out.println("kernel: " + Kernels.system().getClass().getSimpleName());
  }
}
