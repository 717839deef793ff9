package io.github.kqueueffm.channel;

import java.io.File;
import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Loads the transport and its tests anew, on the Netty of the class path. */
final class IsolatedLoader extends URLClassLoader {
  private static final String OURS = "io.github.kqueueffm.";

  private IsolatedLoader(URL[] classPath) {
    super(classPath, IsolatedLoader.class.getClassLoader());
  }

  static IsolatedLoader open() throws MalformedURLException {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    return new IsolatedLoader(classPath.toArray(URL[]::new));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  /** The answer of another version of that class. */
  String ask(Class<? extends Supplier<String>> type) throws ReflectiveOperationException {
    Constructor<?> constructor = loadClass(type.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    Object made = constructor.newInstance();
    @SuppressWarnings("unchecked") // It is the same class but for its loader.
    Supplier<String> question = (Supplier<String>) made;
    return question.get();
  }
}
