package io.github.kqueueffm.channel;

import java.io.PrintStream;

/** Uses all of the transport, with or without Flight Recorder. */
final class EventsProgram {
  private static final PrintStream OUT = System.out;

  private EventsProgram() {}

  public static void main(String[] args) {
    OUT.println("jdk.jfr: " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
    OUT.println("ran on " + new LoaderProbe().get());
  }
}
