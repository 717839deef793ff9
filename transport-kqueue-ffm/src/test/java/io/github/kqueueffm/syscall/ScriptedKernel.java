package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A kernel of any platform that plays a script: calls are expected in order, each with its answer.
 * A call that does not fit fails with all that went before; {@link #close()} fails if calls are
 * missing, or if one that did not fit was swallowed by the code under test.
 *
 * <pre>{@code
 * try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
 *   script.expect("kqueue").answers(7);
 *   script.expectKevent().changes(script.read(5).oneShot()).forEver()
 *       .returns(script.read(5).data(3));
 *   script.expect("recv", 5).writes(1, bytes).answers(3);
 *   script.allow("close");
 *   ... Selector.open(script.kernel()) ...
 * }
 * }</pre>
 *
 * <p>What a call is asked about the kernel itself ({@code platform, has, keventStruct, forThread,
 * release, describe}) is answered without a script.
 */
public final class ScriptedKernel implements AutoCloseable {
  /** Stands for an argument that may be anything. Arguments left out at the end may be, too. */
  public static final Object ANY =
      new Object() {
        @Override
        public String toString() {
          return "any";
        }
      };

  private final Platform platform;
  private final Kernel kernel;
  private final Set<Call> missing = EnumSet.noneOf(Call.class);
  private final Deque<Expectation> script = new ArrayDeque<>();
  private final List<Expectation> allowed = new ArrayList<>();
  private final List<String> transcript = new ArrayList<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private final Map<Long, Long> knownUdata = new ConcurrentHashMap<>();
  private String keventSymbol;
  private AssertionError failure;

  private ScriptedKernel(Platform platform) {
    this.platform = platform;
    List<String> symbols = platform.symbols(Call.KEVENT);
    keventSymbol = symbols.isEmpty() ? "kevent" : symbols.get(0);
    kernel = new Scripted();
  }

  /** One of that platform, with all the functions that it has. */
  public static ScriptedKernel on(String platform) {
    return new ScriptedKernel(Platform.named(platform));
  }

  /** Takes functions away. */
  public ScriptedKernel without(Call... calls) {
    missing.addAll(List.of(calls));
    return this;
  }

  /** Lets kevent be found under another symbol than the first that is looked for. */
  public ScriptedKernel withKeventSymbol(String symbol) {
    keventSymbol = symbol;
    return this;
  }

  /** What the code under test gets. */
  public Kernel kernel() {
    return kernel;
  }

  public Platform platform() {
    return platform;
  }

  /**
   * Expects a call after those that were expected before.
   *
   * @param method the method of {@link Kernel}
   * @param arguments numbers or {@link #ANY}
   */
  public Expectation expect(String method, Object... arguments) {
    return expect(new Expectation(platform, checked(method), arguments));
  }

  /** Expects a kevent call after those that were expected before. */
  public KeventExpectation expectKevent() {
    return expect(new KeventExpectation(platform, knownUdata));
  }

  private synchronized <E extends Expectation> E expect(E expectation) {
    script.add(expectation);
    return expectation;
  }

  /** Answers a call wherever and as often as it comes, unless the next expected one fits it. */
  public synchronized Expectation allow(String method, Object... arguments) {
    Expectation expectation = new Expectation(platform, checked(method), arguments);
    allowed.add(expectation);
    return expectation;
  }

  private static String checked(String method) {
    for (Method candidate : Kernel.class.getMethods()) {
      if (candidate.getName().equals(method)) {
        return method;
      }
    }
    throw new IllegalArgumentException("Kernel has no method " + method);
  }

  public Kevent read(long ident) {
    return Kevent.of(platform, Constant.EVFILT_READ, ident);
  }

  public Kevent write(long ident) {
    return Kevent.of(platform, Constant.EVFILT_WRITE, ident);
  }

  public Kevent timer(long ident) {
    return Kevent.of(platform, Constant.EVFILT_TIMER, ident);
  }

  public Kevent user(long ident) {
    return Kevent.of(platform, Constant.EVFILT_USER, ident);
  }

  /** How often a method was called. */
  public int calls(String method) {
    return counts.getOrDefault(checked(method), 0);
  }

  /** The calls so far, with their answers. */
  public synchronized List<String> transcript() {
    return List.copyOf(transcript);
  }

  /** Asserts that nothing went wrong and nothing is missing; the script may go on afterwards. */
  public synchronized void verify() {
    if (failure != null) {
      // Not itself: a try statement cannot add a failure to itself.
      throw new AssertionError(failure.getMessage(), failure);
    }
    if (!script.isEmpty()) {
      throw new AssertionError("not called: " + script + listing());
    }
  }

  @Override
  public void close() {
    verify();
  }

  private final class Scripted extends InterceptedKernel {
    Scripted() {
      super(platform, null);
    }

    @Override
    public boolean has(Call call) {
      return !missing.contains(call) && super.has(call);
    }

    @Override
    public Struct keventStruct() {
      return platform.keventStruct(keventSymbol);
    }

    @Override
    public Kernel forThread() {
      return this;
    }

    @Override
    public String describe() {
      return "scripted " + platform;
    }

    @Override
    public String toString() {
      return describe();
    }

    @Override
    protected Number intercept(String method, Object... arguments) {
      return play(method, arguments);
    }
  }

  private long play(String method, Object[] arguments) {
    KeventLayout layout = new KeventLayout(kernel.keventStruct());
    Invocation call = new Invocation(platform, layout, method, arguments);
    Expectation expectation;
    int line;
    synchronized (this) {
      counts.merge(method, 1, Integer::sum);
      // The changes are overwritten in memory before a later failure could print them.
      line = transcript.size();
      transcript.add(call.toString());
      expectation = match(call);
      if (method.equals("kevent")) {
        call.changes().forEach(c -> knownUdata.put(KeventExpectation.key(platform, c), c.udata()));
      }
    }
    // Without the lock: what is played may call back.
    long result = played(expectation, call);
    synchronized (this) {
      transcript.set(line, transcript.get(line) + " -> " + shown(result));
    }
    return result;
  }

  private long played(Expectation expectation, Invocation call) {
    try {
      return expectation.play(call);
    } catch (AssertionError e) {
      synchronized (this) {
        failure = failure == null ? e : failure;
      }
      throw e;
    }
  }

  private String shown(long result) {
    Object errno = result < 0 ? platform.errno((int) -result) : null;
    return errno != null ? errno.toString() : Long.toString(result);
  }

  private Expectation match(Invocation call) {
    Expectation next = script.peek();
    String objection = next == null ? "nothing is" : next.objection(call);
    if (objection == null) {
      if (next.used()) {
        script.remove();
      }
      return next;
    }
    for (Expectation candidate : allowed) {
      if (candidate.objection(call) == null) {
        return candidate;
      }
    }
    AssertionError unexpected =
        new AssertionError(
            "unexpected "
                + call
                + "; expected "
                + (next == null ? "nothing" : next)
                + ": "
                + objection
                + listing());
    failure = failure == null ? unexpected : failure;
    throw unexpected;
  }

  private String listing() {
    return "\nthe calls:\n  " + String.join("\n  ", transcript);
  }
}
