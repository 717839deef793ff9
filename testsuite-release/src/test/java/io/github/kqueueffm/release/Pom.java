package io.github.kqueueffm.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** An element of a POM. */
record Pom(Element element) {
  static Pom read(Path file) throws IOException {
    try {
      return new Pom(
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(file.toString(), e);
    }
  }

  List<Pom> children() {
    List<Pom> children = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        children.add(new Pom(child));
      }
    }
    return children;
  }

  String name() {
    return element.getTagName();
  }

  /** The elements at the end of a path. */
  List<Pom> all(String... path) {
    List<Pom> found = List.of(this);
    for (String step : path) {
      found =
          found.stream()
              .flatMap(one -> one.children().stream())
              .filter(one -> one.name().equals(step))
              .toList();
    }
    return found;
  }

  /** The text at the end of a path, or an empty one. */
  String text(String... path) {
    return all(path).stream()
        .map(one -> one.element.getTextContent().trim())
        .findFirst()
        .orElse("");
  }
}
