package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel of this JVM, which is opened once, or the reason why it is not available. */
public final class Kernels {
  /** The property that names a library that is searched before the C library. */
  public static final String LIBRARY_PROPERTY = "io.github.kqueueffm.library";

  /** The property that names the calls to trace. */
  public static final String TRACE_PROPERTY = "io.github.kqueueffm.trace";

  private static final String MODULE = "io.github.kqueueffm.transport";

  private static Kernel substitute;
  private static volatile TraceSink sink;

  private Kernels() {}

  /** Whether a property names the library, instead of the default. */
  public static boolean isLibraryForced() {
    return Platform.property(LIBRARY_PROPERTY) != null;
  }

  /**
   * {@return the kernel for all threads}
   *
   * @throws UnsupportedOperationException if it is not available; the message says what was looked
   *     for, where, and what to do
   */
  public static Kernel system() {
    if (Holder.KERNEL == null) {
      throw new UnsupportedOperationException(Holder.CAUSE.getMessage(), Holder.CAUSE);
    }
    return Holder.KERNEL;
  }

  /**
   * Makes a kernel the one of this JVM, in place of the system's. It has to be called before the
   * first use of {@link #system()}. Tests run whole programs on a simulated kernel in this way.
   */
  static void substitute(Kernel kernel) {
    substitute = kernel;
  }

  /** Whether the user asked for a trace of the calls. */
  public static boolean isTraced() {
    return Platform.property(TRACE_PROPERTY) != null;
  }

  /**
   * Gives the lines of a trace to a sink, from the next one on. Before, they go to the JDK's {@link
   * System.Logger}, as in a program without Netty.
   */
  public static void traceTo(TraceSink taker) {
    sink = taker;
  }

  static TraceSink sink() {
    return sink;
  }

  private static Kernel traced(Kernel kernel) {
    String selection = Platform.property(TRACE_PROPERTY);
    return selection == null ? kernel : Trace.ofSystem(kernel, selection);
  }

  /** {@return the reason why {@link #system()} throws, or {@code null} if it does not} */
  public static Throwable unavailabilityCause() {
    return Holder.CAUSE;
  }

  static Kernel open(Platform platform, String library) {
    requireLayoutsOfThisMachine(platform);
    Kernel kernel = library == null ? new FfmKernel(platform, null) : load(platform, library);
    requireEventQueue(kernel);
    return kernel;
  }

  /**
   * struct epoll_event is packed on x86-64 only. With the layout of another processor the kernel
   * would write beyond the end of an event array.
   */
  private static void requireLayoutsOfThisMachine(Platform platform) {
    String machine = Platform.detected();
    boolean packed = platform.name().endsWith("-x86_64");
    if (platform.isLinux()
        && machine.startsWith("linux-")
        && packed != machine.endsWith("-x86_64")) {
      throw new UnsupportedOperationException(
          "-D"
              + Platform.PROPERTY
              + "="
              + platform
              + ": this machine is "
              + machine
              + ", whose struct epoll_event has another layout; leave the property out");
    }
  }

  private static Kernel load(Platform platform, String library) {
    Path path = existing(library);
    try {
      return new FfmKernel(platform, path);
    } catch (IllegalArgumentException e) {
      throw refused(
          library,
          path
              + " cannot be loaded as a library; name one that is built for this system and"
              + " processor",
          e);
    }
  }

  private static Path existing(String library) {
    Path path = Path.of(library).toAbsolutePath();
    if (Files.isDirectory(path)) {
      throw refused(library, path + " is a directory; name the library's file in it", null);
    }
    if (!Files.isReadable(path)) {
      throw refused(
          library,
          "there is no readable file "
              + path
              + "; name an existing library or leave the property out",
          null);
    }
    return path;
  }

  private static UnsupportedOperationException refused(
      String library, String reason, Throwable cause) {
    return new UnsupportedOperationException(
        "-D" + LIBRARY_PROPERTY + "=" + library + ": " + reason, cause);
  }

  static void requireEventQueue(Kernel kernel) {
    if (!kernel.has(Call.CLOSE)) {
      // To look functions up the JVM opens a library. If it cannot open it, it finds no function.
      throw new UnsupportedOperationException(
          "no function was found in "
              + kernel.describe()
              + ", not even close: most often this process had no descriptor left when it looked;"
              + " raise its limit on descriptors (ulimit -n)");
    }
    boolean kqueue = kernel.has(Call.KQUEUE) && kernel.has(Call.KEVENT);
    boolean epoll = kernel.has(Call.EPOLL_CREATE1) && kernel.has(Call.EVENTFD);
    if (!kqueue && !epoll) {
      throw new UnsupportedOperationException(
          "neither kqueue (symbols kqueue and "
              + kernel.platform().symbols(Call.KEVENT)
              + ") nor epoll (epoll_create1 and eventfd) was found in "
              + kernel.describe()
              + " with the facts of "
              + kernel.platform()
              + (Platform.isForced()
                  ? "; leave -D" + Platform.PROPERTY + " out to take this system's"
                  : ""));
    }
  }

  private static Throwable explain(Throwable cause) {
    if (cause instanceof IllegalCallerException) {
      return new UnsupportedOperationException(
          "this JVM denies native access; start it with --enable-native-access=ALL-UNNAMED if the"
              + " transport is on the class path, or --enable-native-access="
              + MODULE
              + " if it is on the module path",
          cause);
    }
    return cause;
  }

  private static final class Holder {
    static final Kernel KERNEL;
    static final Throwable CAUSE;

    static {
      Kernel kernel = null;
      Throwable cause = null;
      try {
        kernel =
            traced(
                substitute != null
                    ? substitute
                    : open(Platform.current(), Platform.property(LIBRARY_PROPERTY)));
      } catch (Throwable t) {
        // Every throwable becomes the cause of unavailability. If the class failed to initialise,
        // every later use would throw a NoClassDefFoundError without the cause.
        cause = explain(unwrap(t));
      }
      KERNEL = kernel;
      CAUSE = cause;
    }

    private static Throwable unwrap(Throwable t) {
      return t instanceof ExceptionInInitializerError && t.getCause() != null ? t.getCause() : t;
    }
  }
}
