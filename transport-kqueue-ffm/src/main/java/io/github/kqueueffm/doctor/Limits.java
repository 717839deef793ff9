package io.github.kqueueffm.doctor;

import java.util.List;
import java.util.OptionalLong;

/** The limits of a system that a server or a client meets first, and which of them are low. */
final class Limits {
  private static final String SECTION = "Limits";

  static final long FEW_DESCRIPTORS = 4096;
  static final long FEW_OF_THE_SYSTEM = 8192;
  static final long FEW_WATCHES = 65_536;
  static final long SHORT_BACKLOG = 1024;
  static final long SMALL_BUFFER = 128 * 1024;
  static final long FEW_PORTS = 16_384;

  private final Machine machine;
  private final Report report;
  private final Names names;

  /** What the systems call the same limits; {@code null} where one has none of that name. */
  private record Names(
      String files,
      String filesOfProcess,
      String backlog,
      List<String> buffers,
      String firstPort,
      String lastPort) {

    static Names of(String system) {
      return switch (system) {
        case "linux" ->
            new Names(
                "fs.file-max",
                null,
                "net.core.somaxconn",
                List.of("net.core.rmem_max", "net.core.wmem_max"),
                "net.ipv4.ip_local_port_range",
                // The second number of the same file.
                "net.ipv4.ip_local_port_range#1");
        case "macos", "dragonfly" -> ofFreeBsd("kern.ipc.somaxconn");
        case "freebsd" -> ofFreeBsd("kern.ipc.soacceptqueue");
        case "netbsd" ->
            new Names(
                "kern.maxfiles",
                null,
                "kern.somaxconn",
                List.of("kern.sbmax"),
                "net.inet.ip.anonportmin",
                "net.inet.ip.anonportmax");
        case "openbsd" ->
            new Names(
                "kern.maxfiles",
                null,
                "kern.somaxconn",
                List.of(),
                "net.inet.ip.portfirst",
                "net.inet.ip.portlast");
        default -> throw new IllegalArgumentException("no names for " + system);
      };
    }

    /** The names of FreeBSD, which its relatives share. */
    private static Names ofFreeBsd(String backlog) {
      return new Names(
          "kern.maxfiles",
          "kern.maxfilesperproc",
          backlog,
          List.of("kern.ipc.maxsockbuf"),
          "net.inet.ip.portrange.first",
          "net.inet.ip.portrange.last");
    }
  }

  Limits(Machine machine, Report report) {
    this.machine = machine;
    this.report = report;
    names = Names.of(machine.system());
  }

  void add() {
    report.add(SECTION, "descriptors of the process", descriptors());
    if (names.filesOfProcess != null) {
      report.add(
          SECTION,
          "descriptors of any process",
          setting(names.filesOfProcess, FEW_DESCRIPTORS, "65536"));
    }
    report.add(
        SECTION, "descriptors of the system", setting(names.files, FEW_OF_THE_SYSTEM, "262144"));
    if (machine.system().equals("linux")) {
      String watches = "fs.epoll.max_user_watches";
      report.add(
          SECTION, "descriptors that epoll watches", setting(watches, FEW_WATCHES, "1048576"));
    }
    report.add(SECTION, "backlog", setting(names.backlog, SHORT_BACKLOG, "4096"));
    for (String buffer : names.buffers) {
      report.add(
          SECTION,
          "largest " + direction(buffer) + "buffer of a socket",
          setting(buffer, SMALL_BUFFER, "4194304"));
    }
    report.add(SECTION, "ports of clients", ports());
  }

  private static String direction(String buffer) {
    return buffer.endsWith("rmem_max") ? "receive " : buffer.endsWith("wmem_max") ? "send " : "";
  }

  private Fact descriptors() {
    OptionalLong limit = machine.descriptorLimit();
    if (limit.isEmpty()) {
      return Fact.of("not read", "RLIMIT_NOFILE").note("ulimit -n shows it");
    }
    Fact fact = Fact.of(text(limit.getAsLong()), "RLIMIT_NOFILE");
    return isBelow(limit.getAsLong(), FEW_DESCRIPTORS)
        ? fact.advice("low: each connection is one; raise it with " + howToRaiseDescriptors())
        : fact;
  }

  private String howToRaiseDescriptors() {
    String shell =
        "ulimit -n 65536 in the shell that starts Java, if its hard limit (ulimit -Hn) allows";
    return switch (machine.system()) {
      case "linux" ->
          shell
              + ", LimitNOFILE=65536 in its systemd unit, or --ulimit nofile=65536 of its"
              + " container";
      case "macos" -> shell + ", or with launchctl limit maxfiles";
      default -> shell + ", or openfiles of its class in login.conf";
    };
  }

  /** A limit without an end is a negative number, or one with all bits set but the first. */
  private static boolean isBelow(long value, long low) {
    return value >= 0 && value < low;
  }

  private static String text(long value) {
    return value < 0 || value == Long.MAX_VALUE ? "unlimited" : Long.toString(value);
  }

  private Fact setting(String name, long low, String better) {
    OptionalLong value = machine.setting(name);
    if (value.isEmpty()) {
      return unread(name);
    }
    Fact fact = Fact.of(text(value.getAsLong()), name);
    return isBelow(value.getAsLong(), low)
        ? fact.advice("low: raise it as root with sysctl " + assignment(name, better))
        : fact;
  }

  private Fact unread(String name) {
    return Fact.of("not read", name).note("sysctl " + name + " shows it");
  }

  private String assignment(String name, String value) {
    return switch (machine.system()) {
      case "linux", "macos", "netbsd" -> "-w " + name + '=' + value;
      default -> name + '=' + value;
    };
  }

  private Fact ports() {
    OptionalLong first = machine.setting(names.firstPort);
    OptionalLong last = machine.setting(names.lastPort);
    if (first.isEmpty() || last.isEmpty()) {
      return unread(names.firstPort);
    }
    // DragonFly and FreeBSD also count down.
    long count = Math.abs(last.getAsLong() - first.getAsLong()) + 1;
    Fact fact =
        Fact.of(
            first.getAsLong() + " to " + last.getAsLong() + ", " + count + " ports",
            names.firstPort);
    return isBelow(count, FEW_PORTS)
        ? fact.advice(
            "low: a client has one for each connection to one peer; as root widen the range with"
                + " sysctl "
                + widened())
        : fact;
  }

  private String widened() {
    return machine.system().equals("linux")
        ? "-w " + names.firstPort + "='16384 65535'"
        : assignment(names.firstPort, "16384") + " and " + assignment(names.lastPort, "65535");
  }
}
