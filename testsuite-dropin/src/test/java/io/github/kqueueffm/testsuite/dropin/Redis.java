package io.github.kqueueffm.testsuite.dropin;

import java.io.IOException;
import java.util.List;

/** A Redis that keeps nothing. */
final class Redis {
  private Redis() {}

  static Program start() throws IOException {
    return Program.start(
        "redis-server",
        (program, port, directory) ->
            List.of(
                program,
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--unixsocket",
                directory.resolve("redis").toString(),
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "no"));
  }
}
