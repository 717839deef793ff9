package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A trace of calls in the manner of truss(1): each call that was selected becomes a line when it
 * has returned.
 *
 * <p>May be used from any thread. A call that the taker of a line makes is not traced.
 */
public final class Trace {
  private final Set<Call> calls;
  private final TraceSink sink;
  private final LongSupplier clock;
  private final TraceNames names;
  private final TraceArguments arguments;
  private final ThreadLocal<Boolean> printing = ThreadLocal.withInitial(() -> false);

  private Trace(Kernel kernel, Set<Call> calls, TraceSink sink) {
    this.calls = calls;
    this.sink = sink;
    clock = kernel::nanoTime;
    names = new TraceNames(kernel.platform());
    arguments = new TraceArguments(kernel.platform(), names);
  }

  /** The same with the sink of {@link Kernels#traceTo}. */
  static Kernel ofSystem(Kernel kernel, String selection) {
    return over(kernel, selection, new TraceSwitch());
  }

  /**
   * Wraps a kernel so that its calls are traced.
   *
   * @param selection names of calls and of groups, with a comma between two; of a name that is not
   *     known the sink gets a warning
   */
  static Kernel over(Kernel kernel, String selection, TraceSink sink) {
    TraceSelection selected = new TraceSelection(selection);
    if (!selected.unknown().isEmpty()) {
      sink.warning(
          "-D"
              + Kernels.TRACE_PROPERTY
              + "="
              + selection
              + ": no call has the name "
              + String.join(", ", selected.unknown())
              + " (expected, with a comma between two: "
              + String.join(", ", TraceSelection.known())
              + ")");
    }
    return new TraceKernel(kernel, new Trace(kernel, selected.calls(), sink));
  }

  boolean wants(Call call) {
    return calls.contains(call) && !printing.get();
  }

  /**
   * Makes a call and writes its line.
   *
   * @param layout the layout of struct kevent
   * @param a the arguments, those of {@link Kernel#sendfile} for that call
   */
  long call(Call call, KeventLayout layout, LongSupplier made, long... a) {
    return call(call, layout, line -> arguments.given(line, call, layout, a), made, a);
  }

  private long call(
      Call call, KeventLayout layout, Consumer<TraceLine> given, LongSupplier made, long... a) {
    TraceLine line = new TraceLine(loop(), call.function());
    try {
      given.accept(line);
    } catch (RuntimeException | Error e) {
      notTraced(line, e);
    }
    long start = clock.getAsLong();
    long result = made.getAsLong();
    long nanos = clock.getAsLong() - start;
    try {
      line.result(result < 0 ? "-1 " + names.failure((int) -result) : Long.toString(result));
      arguments.written(line, call, layout, a, result);
      print(line.end(nanos));
    } catch (RuntimeException | Error e) {
      notTraced(line, e);
    }
    return result;
  }

  private void print(String line) {
    printing.set(true);
    try {
      sink.line(line);
    } finally {
      printing.set(false);
    }
  }

  /**
   * Neither a call nor its result, which may be a descriptor, is lost because of its line. If even
   * this cannot be logged, nothing is left to do.
   */
  private static void notTraced(TraceLine line, Throwable reason) {
    try {
      System.getLogger(Kernels.TRACE_PROPERTY)
          .log(System.Logger.Level.WARNING, "cannot trace: " + line, reason);
    } catch (RuntimeException | Error e) {
      reason.addSuppressed(e);
    }
  }

  /** {@return the thread's name, or its number if it has none, as virtual threads have} */
  private static String loop() {
    Thread thread = Thread.currentThread();
    return thread.getName().isEmpty()
        ? "#" + thread.threadId()
        : TraceNames.printable(thread.getName());
  }

  /**
   * Makes a call of kevent that the transport itself serves, and writes its line, if the trace has
   * kevent.
   *
   * @param kqueue a word for the kqueue, which has no descriptor
   */
  public int kevent(
      String kqueue,
      KeventLayout layout,
      LongSupplier made,
      long changes,
      int nchanges,
      long events,
      int nevents,
      long timespec) {
    if (!wants(Call.KEVENT)) {
      return (int) made.getAsLong();
    }
    long[] a = {0, changes, nchanges, events, nevents, timespec};
    Consumer<TraceLine> given = line -> arguments.kevent(line.put("kq", kqueue), layout, a);
    return (int) call(Call.KEVENT, layout, given, made, a);
  }
}
