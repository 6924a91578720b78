<?php
/**
 * Plugin Name: syndicator push
 * Description: Tells syndicator at once when a post is published, changed, scheduled or taken back.
 * Version: 1.0.0
 * Requires at least: 5.7
 * Requires PHP: 7.2
 * Author: The syndicator developers
 * License: MIT
 *
 * Put this file into wp-content/mu-plugins/ and say in wp-config.php whom to tell, above "That's all, stop editing!":
 *
 *     define( 'SYNDICATOR_PUSH_URL', 'https://desk.example.com/push/newsroom' );
 *     define( 'SYNDICATOR_PUSH_SECRET', 'the secret of that source' );
 *
 * What is sent, by POST: {"event": "published|updated|scheduled|withdrawn", "post": {...}}. A public post comes as the
 * REST API shows it to everybody, with photo, terms and author embedded; any other as id, link, guid, status, dates
 * and title. The header X-Syndicator-Signature is "t=UNIXSECONDS,v1=HEX", where HEX is the HMAC-SHA256 of "t.body".
 *
 * Filters: syndicator_push_post_types (which types of posts, array( 'post' )), syndicator_push_pauses (seconds before
 * each further try, array( 60, 300, 1800 )).
 *
 * @package syndicator
 */

defined( 'ABSPATH' ) || exit;

const SYNDICATOR_PUSH_TIMEOUT = 5; // Seconds; who pressed "Publish" may be waiting for it.
const SYNDICATOR_PUSH_TROUBLE = 'syndicator_push_trouble'; // The option that keeps the last failure.
const SYNDICATOR_PUSH_RETRY   = 'syndicator_push_retry'; // The event of WP-Cron that tries again.

/*
 * Noting: a post may be saved several times in a request, and its photo and terms come after its status. So it is
 * only noted here, as it was before, and sent when the request ends.
 */

add_action( 'pre_post_update', 'syndicator_push_note' );
add_action( 'wp_trash_post', 'syndicator_push_note' ); // Before its address gets the mark of the trash.
add_action( 'before_delete_post', 'syndicator_push_note' );
add_action( 'transition_post_status', 'syndicator_push_note_status', 10, 3 );
add_action( 'added_post_meta', 'syndicator_push_note_photo', 10, 3 );
add_action( 'updated_post_meta', 'syndicator_push_note_photo', 10, 3 );
add_action( 'deleted_post_meta', 'syndicator_push_note_photo', 10, 3 );
add_action( 'shutdown', 'syndicator_push_flush', 20 ); // After WordPress has given out what it printed, at 1.
add_action( SYNDICATOR_PUSH_RETRY, 'syndicator_push_again', 10, 4 );
add_action( 'admin_notices', 'syndicator_push_notice' );

/**
 * The posts of this request, by number: what the world knew of each before.
 *
 * @param int        $post_id Number of a post; 0 to read only.
 * @param array|null $before  What to note of it, unless it was noted before.
 * @return array[] By number: array( 'status' => …, 'stub' => … ).
 */
function syndicator_push_noted( $post_id = 0, $before = null ) {
	static $noted = array();
	if ( $post_id && ! isset( $noted[ $post_id ] ) ) {
		$noted[ $post_id ] = $before;
	}
	return $noted;
}

/**
 * Note a post as it is now.
 *
 * @param int $post_id Number of the post.
 */
function syndicator_push_note( $post_id ) {
	$post = get_post( $post_id );
	if ( $post && syndicator_push_concerns( $post ) ) {
		syndicator_push_noted(
			$post->ID,
			array(
				'status' => syndicator_push_status( $post ),
				'stub'   => syndicator_push_stub( $post ),
			)
		);
	}
}

/**
 * Note a post that has changed its status; the status it had counts, where nothing was noted before.
 *
 * @param string  $new_status Its status now.
 * @param string  $old_status Its status before.
 * @param WP_Post $post       The post.
 */
function syndicator_push_note_status( $new_status, $old_status, $post ) {
	if ( syndicator_push_concerns( $post ) ) {
		syndicator_push_noted(
			$post->ID,
			array(
				'status' => $old_status,
				'stub'   => syndicator_push_stub( $post ),
			)
		);
	}
}

/**
 * Note a post whose featured image was set, changed or taken away.
 *
 * @param int|int[] $meta_id  Number of the entry.
 * @param int       $post_id  Number of the post.
 * @param string    $meta_key What was changed.
 */
function syndicator_push_note_photo( $meta_id, $post_id, $meta_key ) {
	if ( '_thumbnail_id' === $meta_key ) {
		syndicator_push_note( $post_id );
	}
}

/**
 * Whether a post is of a type that is pushed.
 *
 * @param WP_Post $post The post.
 * @return bool
 */
function syndicator_push_concerns( $post ) {
	return in_array( $post->post_type, (array) apply_filters( 'syndicator_push_post_types', array( 'post' ) ), true );
}

/**
 * The status of a post as its readers see it: one behind a password is as good as private, one deleted as trashed.
 *
 * @param WP_Post|null $post The post; null when it is deleted.
 * @return string
 */
function syndicator_push_status( $post ) {
	if ( ! $post ) {
		return 'trash';
	}
	return 'publish' === $post->post_status && '' !== $post->post_password ? 'private' : $post->post_status;
}

/**
 * The address of a post; of a scheduled one the address it will have.
 *
 * @param WP_Post $post The post.
 * @return string
 */
function syndicator_push_link( $post ) {
	if ( 'future' === $post->post_status ) {
		$post         = clone $post;
		$post->filter = 'sample'; // Else its address is "?p=5" until its time has come.
	}
	return get_permalink( $post );
}

/**
 * What is sent of a post that is not public: enough to know which it is, and nothing of its text.
 *
 * @param WP_Post $post The post.
 * @return array
 */
function syndicator_push_stub( $post ) {
	return array(
		'id'           => $post->ID,
		'link'         => syndicator_push_link( $post ),
		'guid'         => array( 'rendered' => get_the_guid( $post ) ),
		'status'       => $post->post_status,
		'date_gmt'     => syndicator_push_time( $post->post_date_gmt ),
		'modified_gmt' => syndicator_push_time( $post->post_modified_gmt ),
		'title'        => array( 'rendered' => get_the_title( $post ) ),
	);
}

/**
 * A time of the database as the REST API writes it; null for none.
 *
 * @param string $time Such as "2026-11-29 08:00:00".
 * @return string|null
 */
function syndicator_push_time( $time ) {
	return '0000-00-00 00:00:00' === $time ? null : mysql_to_rfc3339( $time );
}

/*
 * Sending.
 */

/**
 * Send what was noted in this request. After the first failure the others wait for the next try as well.
 */
function syndicator_push_flush() {
	$noted = syndicator_push_noted();
	if ( ! $noted || ! syndicator_push_ready() || ( defined( 'WP_IMPORTING' ) && WP_IMPORTING ) ) {
		return; // What is imported is an archive, not news.
	}
	if ( function_exists( 'fastcgi_finish_request' ) ) {
		fastcgi_finish_request(); // The person at the editor need not wait for us.
	}
	$reached = true;
	foreach ( $noted as $post_id => $before ) {
		$event = syndicator_push_event( $before['status'], syndicator_push_status( get_post( $post_id ) ) );
		if ( $event && $reached ) {
			$reached = syndicator_push_try( $post_id, $event, $before['stub'], 0 );
		} elseif ( $event ) {
			syndicator_push_later( $post_id, $event, $before['stub'], 0 );
		}
	}
}

/**
 * Whether the two constants are there.
 *
 * @return bool
 */
function syndicator_push_ready() {
	return defined( 'SYNDICATOR_PUSH_URL' ) && defined( 'SYNDICATOR_PUSH_SECRET' ) && '' !== SYNDICATOR_PUSH_SECRET
		&& in_array( wp_parse_url( SYNDICATOR_PUSH_URL, PHP_URL_SCHEME ), array( 'http', 'https' ), true );
}

/**
 * What has happened to a post, in the words of the push; '' when it concerns nobody outside.
 *
 * @param string $before Its status before the request.
 * @param string $now    Its status now.
 * @return string
 */
function syndicator_push_event( $before, $now ) {
	if ( 'publish' === $now ) {
		return 'publish' === $before ? 'updated' : 'published';
	}
	if ( 'future' === $now ) {
		return 'scheduled';
	}
	return in_array( $before, array( 'publish', 'future' ), true ) ? 'withdrawn' : '';
}

/**
 * Send a post as it is now, and put it off when that fails.
 *
 * @param int    $post_id Number of the post.
 * @param string $event   What has happened to it.
 * @param array  $stub    What was known of it before.
 * @param int    $tries   How often it was tried again.
 * @return bool Whether it was taken.
 */
function syndicator_push_try( $post_id, $event, $stub, $tries ) {
	$lack = syndicator_push_send( $event, syndicator_push_post( $post_id, $event, $stub ) );
	if ( '' === $lack ) {
		delete_option( SYNDICATOR_PUSH_TROUBLE );
		return true;
	}
	$again = syndicator_push_later( $post_id, $event, $stub, $tries );
	/* translators: 1: number of a post, 2: reason. */
	$words  = sprintf( __( 'Post %1$d was not taken: %2$s.', 'syndicator' ), $post_id, $lack );
	$words .= ' ' . ( $again ? __( 'It is tried again.', 'syndicator' ) : __( 'It is not tried again.', 'syndicator' ) );
	error_log( 'syndicator push: ' . $words ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- for the administrator.
	update_option(
		SYNDICATOR_PUSH_TROUBLE,
		array(
			'at'    => time(),
			'words' => $words,
		),
		false
	);
	return false;
}

/**
 * The post to send: all that is public, or who it is and what has become of it.
 *
 * @param int    $post_id Number of the post.
 * @param string $event   What has happened to it.
 * @param array  $stub    What was known of it before; its address was the public one.
 * @return array
 */
function syndicator_push_post( $post_id, $event, $stub ) {
	$post   = get_post( $post_id );
	$status = syndicator_push_status( $post );
	$public = 'publish' === $status ? syndicator_push_public( $post ) : array();
	if ( $public ) {
		return $public;
	}
	// A public post that the REST API refuses to show comes like this as well: its page can be read.
	$now = $post ? syndicator_push_stub( $post ) : array();
	if ( 'withdrawn' === $event ) {
		$now['link'] = $stub['link'];
	}
	return array_merge( $stub, $now, array( 'status' => $status ) );
}

/**
 * A public post as the REST API shows it to somebody who has not logged in, photo, terms and author embedded.
 *
 * @param WP_Post $post The post.
 * @return array Empty when the REST API refuses.
 */
function syndicator_push_public( $post ) {
	$person = get_current_user_id();
	wp_set_current_user( 0 );
	$response = rest_do_request( new WP_REST_Request( 'GET', rest_get_route_for_post( $post ) ) );
	$shown    = array();
	if ( ! $response->is_error() ) {
		$shown = rest_get_server()->response_to_data( $response, array( 'wp:featuredmedia', 'wp:term', 'author' ) );
	}
	wp_set_current_user( $person );
	return $shown;
}

/**
 * Send, signed.
 *
 * @param string $event What has happened.
 * @param array  $post  The post to tell of.
 * @return string Why it was not taken, '' when it was.
 */
function syndicator_push_send( $event, $post ) {
	$body   = wp_json_encode( compact( 'event', 'post' ), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE );
	$time   = time();
	$answer = wp_remote_post(
		SYNDICATOR_PUSH_URL,
		array(
			'timeout'     => SYNDICATOR_PUSH_TIMEOUT,
			'redirection' => 0,
			'headers'     => array(
				'Content-Type'           => 'application/json; charset=utf-8',
				'X-Syndicator-Signature' => "t=$time,v1=" . hash_hmac( 'sha256', "$time.$body", SYNDICATOR_PUSH_SECRET ),
			),
			'body'        => $body,
		)
	);
	if ( is_wp_error( $answer ) ) {
		return $answer->get_error_message();
	}
	$code = (int) wp_remote_retrieve_response_code( $answer );
	if ( $code >= 200 && $code < 300 ) {
		return '';
	}
	$said = wp_html_excerpt( wp_remote_retrieve_body( $answer ), 200 );
	/* translators: 1: HTTP status, 2: what the other side said. */
	return trim( sprintf( __( 'the answer was %1$d %2$s', 'syndicator' ), $code, $said ) );
}

/*
 * Trying again.
 */

/**
 * Put off a post until the next try.
 *
 * @param int    $post_id Number of the post.
 * @param string $event   What has happened to it.
 * @param array  $stub    What was known of it before.
 * @param int    $tries   How often it was tried again.
 * @return bool False when there is no further try.
 */
function syndicator_push_later( $post_id, $event, $stub, $tries ) {
	$pauses = array_values( (array) apply_filters( 'syndicator_push_pauses', array( 60, 300, 1800 ) ) );
	if ( ! isset( $pauses[ $tries ] ) ) {
		return false;
	}
	$when = time() + max( 0, (int) $pauses[ $tries ] );
	return true === wp_schedule_single_event( $when, SYNDICATOR_PUSH_RETRY, array( $post_id, $event, $stub, $tries + 1 ) );
}

/**
 * Try again, with the post as it is by now.
 *
 * @param int    $post_id Number of the post.
 * @param string $event   What had happened to it.
 * @param array  $stub    What was known of it before.
 * @param int    $tries   How often it was tried again, this time included.
 */
function syndicator_push_again( $post_id, $event, $stub, $tries ) {
	$status = syndicator_push_status( get_post( $post_id ) );
	$became = syndicator_push_event( 'published' === $event ? '' : 'publish', $status );
	if ( syndicator_push_ready() ) {
		syndicator_push_try( $post_id, $became ? $became : 'withdrawn', $stub, $tries );
	}
}

/**
 * Tell those who can do something about it what is wrong.
 */
function syndicator_push_notice() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$trouble = get_option( SYNDICATOR_PUSH_TROUBLE );
	if ( ! syndicator_push_ready() ) {
		$words = __( 'nothing is sent before SYNDICATOR_PUSH_URL and SYNDICATOR_PUSH_SECRET stand in wp-config.php.', 'syndicator' );
	} elseif ( is_array( $trouble ) ) {
		/* translators: %s: how long ago, such as "5 mins". */
		$words = $trouble['words'] . ' ' . sprintf( __( 'That was %s ago.', 'syndicator' ), human_time_diff( $trouble['at'] ) );
	} else {
		return;
	}
	printf( '<div class="notice notice-error"><p>%s</p></div>', esc_html( 'syndicator push: ' . $words ) );
}
