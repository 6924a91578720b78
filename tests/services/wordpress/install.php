<?php
/**
 * Makes the database, an administrator with an application password, and addresses with the headline in them.
 *
 * Run in the folder of WordPress; prints the application password.
 */

mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
$database = new mysqli( 'localhost', 'root', '', '', 0, getenv( 'WORDPRESS_SOCKET' ) );
$database->query( 'CREATE DATABASE newsroom' );
$database->close();

define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require getcwd() . '/wp-config.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

$made = wp_install( 'The Quay', getenv( 'WORDPRESS_USER' ), 'desk@example.com', true, '', getenv( 'WORDPRESS_PASSWORD' ) );
update_option( 'permalink_structure', '/%year%/%monthnum%/%postname%/' );
wp_delete_post( 1, true ); // The post every new WordPress greets with.

list( $password ) = WP_Application_Passwords::create_new_application_password( $made['user_id'], array( 'name' => 'tests' ) );
echo $password;
