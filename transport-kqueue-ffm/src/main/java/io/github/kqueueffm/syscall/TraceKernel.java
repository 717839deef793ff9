package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;

/** A kernel whose calls are traced. Its kernels for one thread are traced too. */
final class TraceKernel extends Kernel {
  private final Kernel real;
  private final Trace trace;
  private final KeventLayout layout;

  TraceKernel(Kernel real, Trace trace) {
    this.real = real;
    this.trace = trace;
    layout = new KeventLayout(real.keventStruct());
  }

  @Override
  public Platform platform() {
    return real.platform();
  }

  @Override
  public boolean has(Call call) {
    return real.has(call);
  }

  @Override
  public Struct keventStruct() {
    return real.keventStruct();
  }

  @Override
  public Kernel forThread() {
    return new TraceKernel(real.forThread(), trace);
  }

  @Override
  public void release() {
    real.release();
  }

  @Override
  public String describe() {
    return real.describe();
  }

  @Override
  public Trace trace() {
    return trace;
  }

  @Override
  public long nanoTime() {
    return real.nanoTime();
  }

  @Override
  public void sleepMillis(long millis) throws InterruptedException {
    real.sleepMillis(millis);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
    return trace.wants(call)
        ? (int)
            trace.call(call, layout, () -> real.callInt(call, a, b, c, d, e, f), a, b, c, d, e, f)
        : real.callInt(call, a, b, c, d, e, f);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g) {
    return trace.wants(call)
        ? (int)
            trace.call(
                call, layout, () -> real.callInt(call, a, b, c, d, e, f, g), a, b, c, d, e, f, g)
        : real.callInt(call, a, b, c, d, e, f, g);
  }

  @Override
  protected int callInt(Call call, long a, long b, long c, long d, long e, long f, long g, long h) {
    return trace.wants(call)
        ? (int)
            trace.call(
                call,
                layout,
                () -> real.callInt(call, a, b, c, d, e, f, g, h),
                a,
                b,
                c,
                d,
                e,
                f,
                g,
                h)
        : real.callInt(call, a, b, c, d, e, f, g, h);
  }

  @Override
  protected long callLong(Call call, long a, long b, long c, long d, long e, long f) {
    return trace.wants(call)
        ? trace.call(call, layout, () -> real.callLong(call, a, b, c, d, e, f), a, b, c, d, e, f)
        : real.callLong(call, a, b, c, d, e, f);
  }

  @Override
  protected int callVariadic(Call call, long a, long b, long c) {
    return trace.wants(call)
        ? (int) trace.call(call, layout, () -> real.callVariadic(call, a, b, c), a, b, c)
        : real.callVariadic(call, a, b, c);
  }

  /** Traced in the form that is the same on all systems. */
  @Override
  public int sendfile(int socket, int file, long offset, long count, long sent) {
    return trace.wants(Call.SENDFILE)
        ? (int)
            trace.call(
                Call.SENDFILE,
                layout,
                () -> real.sendfile(socket, file, offset, count, sent),
                socket,
                file,
                offset,
                count,
                sent)
        : real.sendfile(socket, file, offset, count, sent);
  }
}
