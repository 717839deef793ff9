package io.github.kqueueffm.abi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;

/** Reads a platform's facts from its resource. */
final class PlatformFile {
  private static final Map<String, Constant> CONSTANTS = byName(Constant.values());
  private static final Map<String, Errno> ERRNOS = byName(Errno.values());
  private static final Map<String, Trait> TRAITS = byName(Trait.values());

  private final String name;
  private final Map<Constant, Integer> constants = new EnumMap<>(Constant.class);
  private final Map<Errno, Integer> errnos = new EnumMap<>(Errno.class);
  private final Map<String, Struct> structs = new HashMap<>();
  private final Map<Call, List<String>> calls = new EnumMap<>(Call.class);
  private final Map<Trait, Finding> findings = new EnumMap<>(Trait.class);

  private PlatformFile(String name) {
    this.name = name;
  }

  static Platform load(String name) {
    try (InputStream in = PlatformFile.class.getResourceAsStream(name + ".platform")) {
      if (in == null) {
        throw new UnsupportedOperationException(
            "there are no facts for the platform "
                + name
                + " (looked for the resource "
                + name
                + ".platform); known systems are macOS, FreeBSD, OpenBSD, NetBSD and Linux on"
                + " x86_64 and aarch64, and DragonFly on x86_64");
      }
      return new PlatformFile(name).parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the facts of " + name, e);
    }
  }

  private Platform parse(InputStream in) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (!line.isBlank() && line.charAt(0) != '#') {
        parseLine(words(line));
      }
    }
    return new Platform(name, constants, errnos, structs, calls, findings);
  }

  /** Not by split: a start should not compile a regular expression for each line. */
  private static String[] words(String line) {
    StringTokenizer tokens = new StringTokenizer(line, " ");
    String[] words = new String[tokens.countTokens()];
    for (int i = 0; i < words.length; i++) {
      words[i] = tokens.nextToken();
    }
    return words;
  }

  private void parseLine(String[] words) {
    switch (words[0]) {
      case "struct" -> structs.put(words[1], struct(words));
      case "call" ->
          calls.put(
              Call.valueOf(words[1].toUpperCase(Locale.ROOT)),
              List.copyOf(Arrays.asList(words).subList(2, words.length)));
      case "measured", "guess" -> finding(words);
      default -> constant(words[0], Integer.parseInt(words[2]));
    }
  }

  private void finding(String[] words) {
    Trait trait = TRAITS.get(words[1]);
    if (trait == null) {
      throw unused(words[1]);
    }
    String evidence = String.join(" ", Arrays.asList(words).subList(3, words.length));
    findings.put(trait, new Finding(words[2], words[0].equals("measured"), evidence));
  }

  private IllegalStateException unused(String key) {
    return new IllegalStateException(name + ".platform names " + key + ", which nothing uses");
  }

  private void constant(String key, int value) {
    Errno errno = ERRNOS.get(key);
    if (errno != null) {
      errnos.put(errno, value);
      return;
    }
    Constant constant = CONSTANTS.get(key);
    if (constant == null) {
      throw unused(key);
    }
    constants.put(constant, value);
  }

  private static Struct struct(String[] words) {
    Map<String, Struct.Field> fields = new HashMap<>();
    for (int i = 3; i < words.length; i += 2) {
      String[] place = words[i + 1].split(":");
      fields.put(
          words[i], new Struct.Field(Integer.parseInt(place[0]), Integer.parseInt(place[1])));
    }
    return new Struct(words[1], Integer.parseInt(words[2]), fields);
  }

  private static <E extends Enum<E>> Map<String, E> byName(E[] values) {
    Map<String, E> names = new HashMap<>();
    for (E value : values) {
      names.put(value.name(), value);
    }
    return names;
  }
}
