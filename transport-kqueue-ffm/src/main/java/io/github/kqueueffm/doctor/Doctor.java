package io.github.kqueueffm.doctor;

import io.github.kqueueffm.abi.TransportVersion;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;

/**
 * Says whether this transport can be used here, what it would use, and what to change: {@code java
 * -jar netty-transport-kqueue-ffm-<version>.jar} for a machine, and {@code java -cp <class path>
 * io.github.kqueueffm.doctor.Doctor} for an application. With {@code --json} it prints one JSON
 * object.
 *
 * <p>The exit status is 0 if the transport is usable, 1 if it is usable with advice, 2 if it is
 * not, and 64 for an unknown argument.
 */
public final class Doctor implements Supplier<String> {
  private static final int USAGE = 64;
  static final String KQUEUE_FFM = "io.github.kqueueffm.channel.KQueueFfm";
  static final String TRANSPORT = "Transport";
  private static final String SYSTEM = "System";

  /** For {@code KQueueFfm.diagnose()}, which makes it by name. */
  public Doctor() {}

  /** Prints the report and exits; with 2 also if it cannot make one. */
  public static void main(String[] arguments) {
    List<String> given = List.of(arguments);
    if (!List.of("--json").containsAll(given)) {
      System.err.println("usage: java -jar netty-transport-kqueue-ffm.jar [--json]");
      System.exit(USAGE);
    }
    PrintStream out = System.out;
    // Loggers of the class path may print there, which would end in the report.
    System.setOut(System.err);
    System.exit(print(out, !given.isEmpty()));
  }

  @SuppressWarnings("CatchAndPrintStackTrace") // It is the report.
  private static int print(PrintStream out, boolean json) {
    try {
      Report report = examine();
      out.print(json ? report.json() + '\n' : report.text());
      out.flush();
      return report.status();
    } catch (RuntimeException | Error e) {
      e.printStackTrace();
      return Report.NOT_USABLE;
    }
  }

  /** {@return the report for people} */
  @Override
  public String get() {
    return examine().text();
  }

  /** Looks at everything that can be looked at. */
  static Report examine() {
    return examine(ClassPath.ofCaller());
  }

  private static Report examine(ClassPath path) {
    Report report = new Report();
    report.add("Versions", "transport", ownVersion(path));
    NettyFacts netty = new NettyFacts(path);
    netty.add(report);
    report.add("Versions", "Java", JavaFacts.version());
    report.add(SYSTEM, "system", system());
    report.add(SYSTEM, "processor", processor());
    Machine machine = Runtime.version().feature() < JavaFacts.LOWEST_JAVA ? null : machine();
    if (machine != null) {
      addMachine(report, machine, netty.isPresent() ? path : null);
    }
    if (netty.isPresent()) {
      new Frameworks(path, System.getProperty("os.name", "")).add(report);
    }
    return report;
  }

  private static Machine machine() {
    try {
      return Class.forName(Doctor.class.getPackageName() + ".ThisMachine")
          .asSubclass(Machine.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the jar of the transport is not complete", e);
    }
  }

  private static Fact ownVersion(ClassPath path) {
    String place = path.places(Doctor.class.getName()).stream().findFirst().orElse("");
    return Fact.of(TransportVersion.VERSION, ClassPath.path(place));
  }

  private static Fact system() {
    return Fact.of(
        System.getProperty("os.name") + ' ' + System.getProperty("os.version"),
        "os.name and os.version");
  }

  private static Fact processor() {
    return Fact.of(
        System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors for this JVM",
        "os.arch and availableProcessors()");
  }

  /**
   * @param netty where to ask the transport itself, or {@code null} without Netty
   */
  private static void addMachine(Report report, Machine machine, ClassPath netty) {
    // Before the first use, after which the JVM says that it is enabled.
    boolean enabled = machine.hasNativeAccess();
    String obstacle = machine.obstacle();
    report.add(
        "Native access",
        "native access",
        JavaFacts.ofThisJvm().nativeAccess(enabled, machine.isDenied()));
    String cause = obstacle == null && netty != null ? netty.unavailable(KQUEUE_FFM) : obstacle;
    report.add(TRANSPORT, "available", available(cause, netty != null));
    if (obstacle == null) {
      describe(report, machine);
    }
    if (machine.system() != null) {
      new Limits(machine, report).add();
    }
  }

  /** What was possible a moment ago may fail now, if descriptors are short. */
  private static void describe(Report report, Machine machine) {
    try {
      machine.describe(report);
    } catch (RuntimeException | LinkageError e) {
      report.add(
          TRANSPORT,
          "not looked at",
          Fact.of("the rest", "a kqueue of this report").problem(ClassPath.reason(e)));
    }
  }

  private static Fact available(String cause, boolean netty) {
    Fact fact = Fact.of(cause == null ? "yes" : "no", netty ? "KQueueFfm" : "a first select step");
    return cause == null ? fact : fact.problem(cause);
  }
}
