import java.sql.DriverManager;
import java.util.Properties;

/** Connects with pgjdbc by nothing but the environment, and prints the result of a query. */
public final class Select {
  public static void main(String[] args) throws Exception {
    var credentials = new Properties();
    credentials.setProperty("user", System.getenv("PGUSER"));
    credentials.setProperty("password", System.getenv("PGPASSWORD"));
    try (var connection = DriverManager.getConnection("jdbc:" + System.getenv("DATABASE_URL"), credentials);
        var rows = connection.createStatement().executeQuery("SELECT 1")) {
      rows.next();
      System.out.println(rows.getInt(1));
    }
  }
}
