import java.io.BufferedReader;
import java.io.InputStreamReader;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** A program that lives long: at every line of stdin it says which credentials the SDK for Java would sign with. */
final class Client {
  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    try (var provider = DefaultCredentialsProvider.create()) {
      while (lines.readLine() != null) {
        System.out.println("default-chain " + provider.resolveCredentials().accessKeyId());
      }
    }
  }
}
