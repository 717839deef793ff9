package io.github.kqueueffm.testkit;

import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public and protected types and members of a package, as its users can name them. A member
 * that a public class inherits from a superclass that is not public belongs to the public class.
 */
public final class PublicSurface {
  private static final int SHOWN =
      Modifier.PUBLIC | Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;

  private PublicSurface() {}

  /** {@return the surface of the package of a class, a line for each type and each member} */
  public static String of(Class<?> one) throws IOException {
    Map<String, String> types = new TreeMap<>();
    for (Class<?> type : visible(one)) {
      types.put(type.getName(), describe(type));
    }
    return String.join("\n", types.values());
  }

  /** {@return the types that the signatures of the surface have, without type arguments} */
  public static Set<Class<?>> types(Class<?> one) throws IOException {
    return visible(one).stream()
        .flatMap(type -> members(type).stream())
        .flatMap(PublicSurface::types)
        .collect(Collectors.toSet());
  }

  private static Stream<Class<?>> types(Member member) {
    Stream<Class<?>> types =
        switch (member) {
          case Field field -> Stream.of(field.getType());
          case Method method ->
              Stream.concat(
                  Stream.of(method.getReturnType()), Stream.of(method.getParameterTypes()));
          case Executable other -> Stream.of(other.getParameterTypes());
          default -> throw new IllegalArgumentException(member.toString());
        };
    return types.map(type -> type.isArray() ? type.getComponentType() : type);
  }

  /** {@return the text of the code block under the heading that a document has for a package} */
  public static String listed(Path document, String packageName) throws IOException {
    String[] parts = Files.readString(document).split("## `" + packageName + "`\n", 2);
    if (parts.length < 2) {
      return "";
    }
    String[] fences = parts[1].split("\n## ", 2)[0].split("```\n", 3);
    return fences.length < 3 ? "" : fences[1];
  }

  private static List<Class<?>> visible(Class<?> one) throws IOException {
    List<Class<?>> found = new ArrayList<>();
    for (String file : files(one)) {
      if (file.endsWith(".class") && !file.startsWith("package-info")) {
        String type = file.substring(0, file.length() - ".class".length());
        try {
          Class<?> each =
              Class.forName(one.getPackageName() + '.' + type, false, one.getClassLoader());
          if (isVisible(each)) {
            found.add(each);
          }
        } catch (ClassNotFoundException e) {
          throw new IOException(e);
        }
      }
    }
    return found;
  }

  /** Of the package of a class, in a folder or, after the phase package, in a jar. */
  private static List<String> files(Class<?> one) throws IOException {
    String folder = one.getPackageName().replace('.', '/');
    Path place;
    try {
      place = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    if (Files.isDirectory(place)) {
      try (Stream<Path> files = Files.list(place.resolve(folder))) {
        return files.map(file -> file.getFileName().toString()).toList();
      }
    }
    try (JarFile jar = new JarFile(place.toFile())) {
      return jar.stream()
          .map(JarEntry::getName)
          .filter(
              name -> name.startsWith(folder + '/') && name.indexOf('/', folder.length() + 1) < 0)
          .map(name -> name.substring(folder.length() + 1))
          .toList();
    }
  }

  private static boolean isVisible(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
      // The names of generated classes begin with a $.
      if (!isVisible(each.getModifiers()) || each.getSimpleName().startsWith("$")) {
        return false;
      }
    }
    return !type.isAnonymousClass() && !type.isLocalClass();
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String describe(Class<?> type) {
    Set<String> fields = new TreeSet<>();
    Set<String> constructors = new TreeSet<>();
    Map<String, String> methods = new TreeMap<>();
    for (Member member : members(type)) {
      switch (member) {
        case Constructor<?> constructor ->
            constructors.add(modifiers(constructor) + type.getSimpleName() + rest(constructor));
        case Field field ->
            fields.add(modifiers(field) + text(field.getAnnotatedType()) + ' ' + field.getName());
        case Method method ->
            methods.putIfAbsent(
                method.getName() + Arrays.toString(method.getParameterTypes()), text(method));
        default -> throw new IllegalArgumentException(member.toString());
      }
    }
    return Stream.of(Set.of(heading(type)), fields, constructors, methods.values())
        .flatMap(Collection::stream)
        .map(line -> line.startsWith("type ") ? line.substring(5) + '\n' : "  " + line + '\n')
        .collect(Collectors.joining());
  }

  /** The constructors, fields and methods that are listed under a class. */
  private static List<Member> members(Class<?> type) {
    List<Member> members = new ArrayList<>(List.of(type.getDeclaredConstructors()));
    for (Class<?> each : withHiddenSupers(type)) {
      members.addAll(List.of(each.getDeclaredFields()));
      members.addAll(List.of(each.getDeclaredMethods()));
    }
    members.removeIf(member -> !isListed(member, type));
    return members;
  }

  /** The class, and the superclasses whose members no other public class has. */
  private static List<Class<?>> withHiddenSupers(Class<?> type) {
    List<Class<?>> all = new ArrayList<>(List.of(type));
    Class<?> each = type.getSuperclass();
    while (each != null && !Modifier.isPublic(each.getModifiers())) {
      all.add(each);
      each = each.getSuperclass();
    }
    return all;
  }

  private static boolean isListed(Member member, Class<?> user) {
    int modifiers = member.getModifiers();
    boolean usable =
        Modifier.isPublic(modifiers)
            || Modifier.isProtected(modifiers) && !Modifier.isFinal(user.getModifiers());
    return usable && !member.isSynthetic();
  }

  private static String heading(Class<?> type) {
    List<Class<?>> all = withHiddenSupers(type);
    Type parent = all.get(all.size() - 1).getGenericSuperclass();
    Set<String> interfaces = new LinkedHashSet<>();
    for (Class<?> each : all) {
      for (Type one : each.getGenericInterfaces()) {
        interfaces.add(shorten(one.getTypeName()));
      }
    }
    String name = type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    String kind = type.isInterface() ? "interface " : type.isEnum() ? "enum " : "class ";
    return "type "
        + modifiers(type.getModifiers() & (type.isInterface() ? ~Modifier.ABSTRACT : ~0))
        + (type.isRecord() ? "record " : kind)
        + name
        + variables(type.getTypeParameters())
        + (parent == null || parent == Object.class
            ? ""
            : " extends " + shorten(parent.getTypeName()))
        + (interfaces.isEmpty() ? "" : " implements " + String.join(", ", interfaces));
  }

  private static String text(Method method) {
    String variables = variables(method.getTypeParameters());
    return modifiers(method)
        + (method.isDefault() ? "default " : "")
        + (variables.isEmpty() ? "" : variables + ' ')
        + text(method.getAnnotatedReturnType())
        + ' '
        + method.getName()
        + rest(method);
  }

  private static String rest(Executable executable) {
    String parameters =
        Stream.of(executable.getParameters())
            .map(Parameter::getAnnotatedType)
            .map(PublicSurface::text)
            .collect(Collectors.joining(", ", "(", ")"));
    String thrown =
        Stream.of(executable.getGenericExceptionTypes())
            .map(one -> shorten(one.getTypeName()))
            .collect(Collectors.joining(", "));
    return parameters + (thrown.isEmpty() ? "" : " throws " + thrown);
  }

  private static String modifiers(Member member) {
    return modifiers(member.getModifiers());
  }

  private static String modifiers(int modifiers) {
    int shown = modifiers & SHOWN;
    return shown == 0 ? "" : Modifier.toString(shown) + ' ';
  }

  private static String variables(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Stream.of(variables)
            .map(PublicSurface::variable)
            .collect(Collectors.joining(", ", "<", ">"));
  }

  private static String variable(TypeVariable<?> variable) {
    String bounds =
        Stream.of(variable.getBounds())
            .filter(bound -> bound != Object.class)
            .map(bound -> shorten(bound.getTypeName()))
            .collect(Collectors.joining(" & "));
    return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
  }

  private static String text(AnnotatedType type) {
    // The annotation of a qualified name stands between the package and the type.
    return shorten(type.toString()).replace("@Nullable()", "@Nullable");
  }

  private static String shorten(String name) {
    return name.replaceAll("\\b(?:[a-z_]\\w*\\.)+(?=[A-Z@])", "").replace('$', '.');
  }
}
