package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The system's kernel, which asks fcntl for the flags of each descriptor that certain threads call
 * with, and keeps the calls whose descriptor could block. Its kernels for one thread do the same.
 */
public final class NonBlockingKernel {
  /** The descriptor of the call is its first argument, but not of these. */
  private static final Set<String> WITHOUT_DESCRIPTOR =
      Set.of(
          "kqueue",
          "epollCreate1",
          "eventfd",
          "timerfdCreate",
          "pipe",
          "pipe2",
          "socket",
          "socketpair",
          "open",
          "lstat",
          "lxstat",
          "unlink");

  /**
   * Calls whose result is a descriptor for which non-blocking has no meaning: the wait of a kqueue
   * or an epoll is the one place where a loop sleeps, and a regular file is read from the disk,
   * whatever its flags.
   */
  private static final Set<Call> WITHOUT_MODE =
      EnumSet.of(Call.KQUEUE, Call.EPOLL_CREATE1, Call.OPEN);

  /**
   * It does not wait, and is how a descriptor becomes non-blocking where the call that made it has
   * no flag for it.
   */
  private static final String FLAGS = "fcntl";

  private final Kernel real;
  private final Kernel asking;
  private final Predicate<Thread> loops;
  private final Set<Integer> modeless = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> checked = new ConcurrentHashMap<>();
  private final Map<String, String> blocking = new ConcurrentHashMap<>();

  private NonBlockingKernel(Kernel real, Predicate<Thread> loops) {
    this.real = real;
    this.loops = loops;
    asking = asking(real);
  }

  /**
   * Looks at the calls of some threads.
   *
   * @param loops whether a thread is one of them
   */
  public static NonBlockingKernel over(Kernel real, Predicate<Thread> loops) {
    return new NonBlockingKernel(real, loops);
  }

  public Kernel kernel() {
    return asking;
  }

  /** How often each call was looked at. */
  public Map<String, Integer> checked() {
    return checked;
  }

  /** The calls with a descriptor that could block, and the flags of the last one. */
  public Map<String, String> blocking() {
    return blocking;
  }

  private Kernel asking(Kernel served) {
    return new InterceptedKernel(served.platform(), served) {
      @Override
      public Kernel forThread() {
        return asking(served.forThread());
      }

      @Override
      protected Number intercept(String method, Object... arguments) {
        if (!WITHOUT_DESCRIPTOR.contains(method)) {
          int fd = (int) arguments[0];
          boolean exempt = method.equals("close") ? modeless.remove(fd) : modeless.contains(fd);
          if (!exempt && !method.equals(FLAGS) && loops.test(Thread.currentThread())) {
            look(method, fd);
          }
        }
        return null;
      }

      @Override
      protected int callInt(Call call, long a, long b, long c, long d, long e, long f) {
        return remember(call, super.callInt(call, a, b, c, d, e, f));
      }

      @Override
      protected int callVariadic(Call call, long a, long b, long c) {
        return remember(call, super.callVariadic(call, a, b, c));
      }
    };
  }

  /** A descriptor without such a mode, until its number is closed. */
  private int remember(Call call, int result) {
    if (WITHOUT_MODE.contains(call) && result >= 0) {
      modeless.add(result);
    }
    return result;
  }

  private void look(String method, int fd) {
    int flags = real.fcntl(fd, real.platform().get(Constant.F_GETFL), 0);
    checked.merge(method, 1, Integer::sum);
    if ((flags & real.platform().get(Constant.O_NONBLOCK)) == 0) {
      blocking.put(method, "descriptor " + fd + " with flags " + flags);
    }
  }
}
