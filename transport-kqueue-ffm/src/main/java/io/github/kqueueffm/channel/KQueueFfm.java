package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.TransportVersion;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this transport can be used here, and if not, why. Any thread may ask.
 *
 * <p>This class can be asked on Java 17 too, where the transport is not available.
 */
public final class KQueueFfm {
  // Compiled for Java 17, as NettyVersions is. Everything else needs Java 22 and is loaded by name.
  private static final int LOWEST_JAVA = 22;
  private static final String PROPERTIES = "io.github.kqueueffm.";
  // Named here, since the classes that read them need Java 22; the last is the drop-in's.
  private static final Set<String> KNOWN =
      Set.of("library", "platform", "wakeup", "trace", "dropin");
  private static final AtomicBoolean WARNED = new AtomicBoolean();
  private static final Running RUNNING;
  private static final Throwable UNAVAILABILITY_CAUSE;

  static {
    Running running = null;
    Throwable cause;
    try {
      cause = obstacle();
      if (cause == null) {
        running = load();
        cause = running.unavailabilityCause();
      }
      if (cause == null) {
        NettyVersions.warnIfMixed();
        warnOfUnknownProperties();
      }
    } catch (ReflectiveOperationException | RuntimeException | Error e) {
      // The caller asks whether the transport is available, so it gets an answer, not an Error.
      cause = new UnsupportedOperationException("cannot load the transport: " + e + hint(e), e);
    }
    RUNNING = running;
    UNAVAILABILITY_CAUSE = cause;
    if (cause != null) {
      log(cause);
    }
  }

  private KQueueFfm() {}

  /** Apart, so that this class answers also where Netty's cannot be loaded. */
  private static final class Log {
    static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(KQueueFfm.class);
  }

  /** What only Java 22 can load. */
  interface Running {
    Throwable unavailabilityCause();

    boolean isTcpFastOpenClientSideAvailable();

    boolean isTcpFastOpenServerSideAvailable();

    String description();
  }

  /** What rules the transport out before any of its other classes is loaded. */
  private static Throwable obstacle() {
    int java = Runtime.version().feature();
    if (java < LOWEST_JAVA) {
      return new UnsupportedOperationException(
          "needs Java " + LOWEST_JAVA + " or newer, this is " + java);
    }
    if (SystemPropertyUtil.getBoolean("io.netty.transport.noNative", false)) {
      return new UnsupportedOperationException(
          "-Dio.netty.transport.noNative=true turns every transport but NIO off; leave the property"
              + " out to use this one");
    }
    String netty = NettyVersions.belowTheLowest();
    return netty == null ? null : new UnsupportedOperationException(netty);
  }

  private static Running load() throws ReflectiveOperationException {
    return Class.forName(KQueueFfm.class.getPackageName() + ".RunningTransport")
        .asSubclass(Running.class)
        .getDeclaredConstructor()
        .newInstance();
  }

  private static void log(Throwable cause) {
    try {
      warnOfUnknownProperties();
      if (hasProperty()) {
        warn("a property -D" + PROPERTIES + "* is set");
      } else {
        Log.LOGGER.debug("The kqueue transport is not available.", cause);
      }
    } catch (RuntimeException | Error e) {
      // The logger's classes cannot be loaded either; unavailabilityCause() has the cause.
      cause.addSuppressed(e);
    }
  }

  /**
   * What to do about classes that do not load, in words to add to a message. The class loader does
   * not say why it finds none, and a library seldom why it cannot initialise one.
   */
  static String hint(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof NoClassDefFoundError
          || t instanceof ExceptionInInitializerError
          || t instanceof InternalError
          || String.valueOf(t.getMessage()).contains("Too many open files")) {
        return "; if this process had no descriptor left to open a file with, raise its limit on"
            + " open descriptors (ulimit -n)";
      }
    }
    return "";
  }

  private static boolean hasProperty() {
    return System.getProperties().stringPropertyNames().stream()
        .anyMatch(name -> name.startsWith(PROPERTIES));
  }

  /** A misspelt property would otherwise leave its user without a sign that nothing has changed. */
  private static void warnOfUnknownProperties() {
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PROPERTIES) && !KNOWN.contains(name.substring(PROPERTIES.length()))) {
        Log.LOGGER.warn(
            "-D{} has no effect: the transport does not know it (expected: -D{}{})",
            name,
            PROPERTIES,
            new TreeSet<>(KNOWN));
      }
    }
  }

  private static void warn(String reason) {
    if (WARNED.compareAndSet(false, true)) {
      Log.LOGGER.warn(
          "The kqueue transport is not available, although {}: {}",
          reason,
          UNAVAILABILITY_CAUSE.getMessage(),
          Log.LOGGER.isDebugEnabled() ? UNAVAILABILITY_CAUSE : null);
    }
  }

  /** Whether event loops and channels of this transport can be created. */
  public static boolean isAvailable() {
    return UNAVAILABILITY_CAUSE == null;
  }

  /**
   * The same for a program or a framework that was asked for this transport by name and will take
   * another one where it is not available. Then a line at level WARN says why, the first time.
   *
   * @param asker what was asked, for that line
   */
  public static boolean isAvailable(String asker) {
    if (UNAVAILABILITY_CAUSE != null) {
      warn(asker + " was asked for it");
    }
    return isAvailable();
  }

  /**
   * Does nothing where the transport is available.
   *
   * @throws UnsatisfiedLinkError elsewhere, as Netty's own transports do, with the cause
   */
  public static void ensureAvailability() {
    if (UNAVAILABILITY_CAUSE != null) {
      throw (Error)
          new UnsatisfiedLinkError(
                  "the kqueue transport is not available: " + UNAVAILABILITY_CAUSE.getMessage())
              .initCause(UNAVAILABILITY_CAUSE);
    }
  }

  /** What was looked for, where, and what to do; {@code null} where the transport is available. */
  public static @Nullable Throwable unavailabilityCause() {
    return UNAVAILABILITY_CAUSE;
  }

  /** Whether data can go with the SYN of a connect here, if the administrator has it on. */
  public static boolean isTcpFastOpenClientSideAvailable() {
    return isAvailable() && RUNNING.isTcpFastOpenClientSideAvailable();
  }

  /** Whether a server here can take data with a SYN, if the administrator has it on. */
  public static boolean isTcpFastOpenServerSideAvailable() {
    return isAvailable() && RUNNING.isTcpFastOpenServerSideAvailable();
  }

  /** {@return the version of this transport, such as "0.1.0"} */
  public static String version() {
    return TransportVersion.VERSION;
  }

  /**
   * What runs, in one line: platform, provider of kqueue, wakeup and library; or "not available: "
   * and the cause.
   */
  public static String description() {
    return isAvailable()
        ? RUNNING.description()
        : "not available: " + UNAVAILABILITY_CAUSE.getMessage();
  }

  /**
   * Looks at the machine and the class path as the doctor does, for an application's log: versions,
   * what runs and where that is known from, limits that are low, fallbacks in use, and which
   * transport the frameworks on the class path take. Every line that asks for an action says which.
   *
   * <p>It takes some milliseconds and opens descriptors, so it is not for an event loop. Where a
   * framework is on the class path, it asks Netty's native transports there whether they are
   * available, which loads their libraries.
   *
   * @return a text of several lines
   */
  public static String diagnose() {
    try {
      return Class.forName("io.github.kqueueffm.doctor.Doctor")
          .asSubclass(Supplier.class)
          .getDeclaredConstructor()
          .newInstance()
          .get()
          .toString();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the jar of the transport is not complete", e);
    }
  }
}
