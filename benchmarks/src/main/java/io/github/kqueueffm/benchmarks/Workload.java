package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.server.Service;
import java.util.Locale;

/** What the clients request from a server. */
public enum Workload {
  RTT1(Service.ECHO, Kind.ASK, 1, 1, 1, "1 connection, 64 bytes to and fro"),
  PP100(Service.ECHO, Kind.ASK, 100, 100, 1, "100 connections, 64 bytes to and fro"),
  PIPE16(Service.ECHO, Kind.ASK, 100, 100, 16, "100 connections, 16 messages on their way"),
  BULKIN(Service.SINK, Kind.PUSH, 1, 1, 1, "the server reads writes of 64 KiB"),
  BULKOUT(Service.SOURCE, Kind.PULL, 1, 1, 1, "the server writes 64 KiB at a time"),
  FILE100M(Service.FILE, Kind.ASK, 1, 1, 1, "a file of 100 MiB by DefaultFileRegion"),
  REGION100M(Service.REGION, Kind.ASK, 1, 1, 1, "the same by the transport's own region"),
  CHURN(Service.ECHO, Kind.CHURN, 16, 16, 1, "connect, echo 64 bytes, close"),
  IDLE5K(Service.ECHO, Kind.ASK, 5_000, 100, 1, "5,000 connections of which 100 are active"),
  IDLE15K(Service.ECHO, Kind.ASK, 15_000, 100, 1, "15,000 connections of which 100 are active"),
  HTTP(Service.HTTP, Kind.ASK, 64, 64, 1, "HTTP/1.1 plaintext on 64 connections"),
  HTTPS(Service.HTTPS, Kind.ASK, 64, 64, 1, "the same over TLS 1.3 (the JDK's)"),
  UDP(Service.DATAGRAM, Kind.DATAGRAM, 32, 32, 1, "UDP, 32 clients, 64 bytes to and fro"),
  UDP5K(Service.DATAGRAM, Kind.DATAGRAM, 5_000, 32, 1, "UDP, 5,000 clients, 32 at a time"),
  UDS(Service.LOCAL, Kind.ASK, 100, 100, 1, "Unix domain sockets, as pp100"),
  LOOPS2(Service.ECHO, Kind.ASK, 100, 100, 1, "as pp100 on two event loops") {
    @Override
    public int loops() {
      return 2;
    }
  },
  STARTUP(Service.ECHO, Kind.START, 1, 1, 1, "from the start of the JVM to the first echo"),
  STARTUP_AOT(Service.ECHO, Kind.START, 1, 1, 1, "the same with the JDK's AOT cache");

  /** How the clients behave. */
  public enum Kind {
    /** Send a request, wait for the answer, and send the next one. */
    ASK,
    /** Write endlessly. */
    PUSH,
    /** Read endlessly. */
    PULL,
    /** A new connection for each request. */
    CHURN,
    /** As ASK, with datagrams. */
    DATAGRAM,
    /** A new process for each request. */
    START
  }

  private final Service service;
  private final Kind kind;
  private final int connections;
  private final int active;
  private final int depth;
  private final String description;

  Workload(Service service, Kind kind, int connections, int active, int depth, String description) {
    this.service = service;
    this.kind = kind;
    this.connections = connections;
    this.active = active;
    this.depth = depth;
    this.description = description;
  }

  public Service service() {
    return service;
  }

  public Kind kind() {
    return kind;
  }

  public int connections() {
    return connections;
  }

  /** {@return the number of connections that send requests} */
  public int active() {
    return active;
  }

  /** {@return the number of requests that a connection has in flight} */
  public int depth() {
    return depth;
  }

  public int loops() {
    return 1;
  }

  public String description() {
    return description;
  }

  /** Whether the memory per connection is measured too. */
  public boolean measuresMemory() {
    return kind == Kind.ASK && connections >= 1_000;
  }

  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Workload of(String id) {
    for (Workload workload : values()) {
      if (workload.id().equals(id)) {
        return workload;
      }
    }
    throw new IllegalArgumentException("no workload " + id);
  }
}
