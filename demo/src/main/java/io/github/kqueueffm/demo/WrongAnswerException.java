package io.github.kqueueffm.demo;

/** A byte that was not as it should be, or did not come at all. */
final class WrongAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  WrongAnswerException(String message) {
    super(message);
  }

  WrongAnswerException(String message, Throwable cause) {
    super(message, cause);
  }
}
