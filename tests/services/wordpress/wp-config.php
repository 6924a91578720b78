<?php
/**
 * The configuration of a throw-away WordPress on the loopback: its own database on a socket, no way out.
 *
 * Address and socket come from the environment; what the plugin is told stands in push.php, once there is any.
 */

define( 'DB_NAME', 'newsroom' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:' . getenv( 'WORDPRESS_SOCKET' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';

define( 'WP_HOME', getenv( 'WORDPRESS_URL' ) );
define( 'WP_SITEURL', getenv( 'WORDPRESS_URL' ) );
define( 'WP_ENVIRONMENT_TYPE', 'local' ); // Application passwords without TLS.

// It speaks to this machine only, and nothing of it wakes up by itself.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );

foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $use ) {
	define( $use . '_KEY', 'key of ' . $use . ' in tests' );
	define( $use . '_SALT', 'salt of ' . $use . ' in tests' );
}

if ( is_file( __DIR__ . '/push.php' ) ) {
	require __DIR__ . '/push.php';
}

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
