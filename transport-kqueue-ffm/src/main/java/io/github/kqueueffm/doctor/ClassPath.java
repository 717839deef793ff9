package io.github.kqueueffm.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/** What a class loader finds, without loading a class unless that is said. */
final class ClassPath {
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final String NETTY_VERSIONS = "META-INF/io.netty.versions.properties";

  /** A longer reason goes on with the folders in which Netty has looked for a native library. */
  private static final int LONGEST = 200;

  private final ClassLoader loader;

  ClassPath(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * {@return the class path of the calling thread's application, if it has this transport, else the
   * transport's own}
   */
  static ClassPath ofCaller() {
    ClassLoader own = ClassPath.class.getClassLoader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    return new ClassPath(context != null && sees(context) ? context : own);
  }

  private static boolean sees(ClassLoader loader) {
    try {
      return loader.loadClass(ClassPath.class.getName()) == ClassPath.class;
    } catch (ClassNotFoundException | LinkageError e) {
      // Another application's thread: what it would load is not what the transport loads.
      return false;
    }
  }

  boolean has(String className) {
    return loader.getResource(file(className)) != null;
  }

  private static String file(String className) {
    return className.replace('.', '/') + ".class";
  }

  /** {@return the jars or folders that have a class, in the order in which they are searched} */
  List<String> places(String className) {
    Set<String> places = new LinkedHashSet<>();
    for (URL url : resources(file(className))) {
      String found = url.toString();
      places.add(found.substring(0, found.length() - file(className).length()));
    }
    return new ArrayList<>(places);
  }

  private List<URL> resources(String name) {
    try {
      return Collections.list(loader.getResources(name));
    } catch (IOException e) {
      // As if it were not there: the JVM would not load it either.
      return List.of();
    }
  }

  /** {@return a place for people: the path of a jar or folder, where it is one} */
  static String path(String place) {
    String path = place.startsWith("jar:") ? place.substring("jar:".length()) : place;
    path = path.endsWith("!/") ? path.substring(0, path.length() - "!/".length()) : path;
    try {
      return path.startsWith("file:") ? URI.create(path).getPath() : path;
    } catch (IllegalArgumentException e) {
      // A class loader need not encode its URLs.
      return path;
    }
  }

  /** {@return the version of the jar that has a class, by its manifest or its name, or a dash} */
  String version(String className) {
    List<String> places = places(className);
    if (places.isEmpty()) {
      return "-";
    }
    String version = attribute(places.get(0), Attributes.Name.IMPLEMENTATION_VERSION);
    return version == null ? versionInName(path(places.get(0))) : version;
  }

  static String versionInName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
    for (int i = 0; i + 1 < name.length(); i++) {
      if (name.charAt(i) == '-' && Character.isDigit(name.charAt(i + 1))) {
        return name.substring(i + 1);
      }
    }
    return "-";
  }

  private static String attribute(String place, Attributes.Name name) {
    try (InputStream in = open(URI.create(place + MANIFEST).toURL())) {
      return new Manifest(in).getMainAttributes().getValue(name);
    } catch (IOException | IllegalArgumentException e) {
      // A folder of classes, or a jar without a manifest.
      return null;
    }
  }

  /** Does not leave the jar open in a cache, where its file could not be replaced. */
  private static InputStream open(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }

  /** {@return all properties of Netty's jars that state their versions} */
  List<Properties> nettyVersions() {
    return properties(NETTY_VERSIONS);
  }

  private List<Properties> properties(String name) {
    List<Properties> all = new ArrayList<>();
    for (URL url : resources(name)) {
      Properties properties = new Properties();
      try (InputStream in = open(url)) {
        properties.load(in);
        all.add(properties);
      } catch (IOException e) {
        // The jar is damaged; its classes say so when they are loaded.
        all.add(properties);
      }
    }
    return all;
  }

  /**
   * Asks a class of a transport whether it is available, which loads its native library.
   *
   * @return {@code null} if it is, or else why not
   */
  String unavailable(String className) {
    if (!has(className)) {
      return "not on the class path";
    }
    try {
      Class<?> type = Class.forName(className, true, loader);
      if ((boolean) type.getMethod("isAvailable").invoke(null)) {
        return null;
      }
      return reason((Throwable) type.getMethod("unavailabilityCause").invoke(null));
    } catch (ReflectiveOperationException | LinkageError e) {
      return reason(e);
    }
  }

  /** {@return the message of the innermost cause, on one line} */
  static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean missing = cause instanceof LinkageError || cause instanceof ClassNotFoundException;
    String message =
        missing
            ? cause + ": complete the jars of its library, for Netty with netty-bom"
            : cause.getMessage();
    String line = (message == null ? cause.toString() : message).replaceAll("\\s+", " ").trim();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }
}
